// Hot style, paid for by `telltale bench pipeline` (`quality_check`): pointers inside, a checked interface outside.
import Imaging

/// The Laplacian of a picture: four times each pixel less its four neighbours. It is large at sharp edges.
enum Laplacian {
  /// The sum of the Laplacian over pixels of a row, and the sum of its squares.
  ///
  /// - Precondition: All pixels and their neighbours are within `pixels`.
  static func sums(
    _ pixels: UnsafeBufferPointer<UInt8>, at range: Range<Int>, width: Int
  ) -> (sum: Int, squares: Int) {
    precondition(range.lowerBound >= width && range.upperBound + width <= pixels.count)
    var sum = 0
    var squares = 0
    // The squares of 4,096 values of at most 1,020 in four lanes add up to less than 31 bits.
    for start in stride(from: range.lowerBound, to: range.upperBound, by: 4096) {
      let end = min(start &+ 4096, range.upperBound)
      let vectors = (end &- start) / 16
      add(pixels, at: start, vectors: vectors, width: width, &sum, &squares)
      for index in start &+ 16 &* vectors..<end {
        let beside = Int(pixels[index &- 1]) &+ Int(pixels[index &+ 1])
        let across = Int(pixels[index &- width]) &+ Int(pixels[index &+ width])
        let value = Int(pixels[index]) << 2 &- beside &- across
        sum &+= value
        squares &+= value &* value
      }
    }
    return (sum, squares)
  }

  /// Adds the sums of pixels in vectors of 16.
  @inline(__always) private static func add(
    _ pixels: UnsafeBufferPointer<UInt8>, at start: Int, vectors: Int, width: Int, _ sum: inout Int,
    _ squares: inout Int
  ) {
    guard let bytes = UnsafeRawPointer(pixels.baseAddress) else { return }
    let ones = SIMD8<Int16>(repeating: 1)
    var (laneSums, laneSquares) = (SIMD4<Int32>(), SIMD4<Int32>())
    for vector in 0..<vectors {
      let at = bytes + (start &+ 16 &* vector)
      func words(_ offset: Int) -> SIMD8<UInt16> { at.loadUnaligned(fromByteOffset: offset, as: SIMD8<UInt16>.self) }
      let (here, above, below) = (words(0), words(-width), words(width))
      let (even, odd) = (here.lowBytes, here.highBytes)
      // The left neighbour of an odd pixel is an even one, and the reverse.
      let evenValues = values(even, words(-1).lowBytes, odd, above.lowBytes, below.lowBytes)
      let oddValues = values(odd, even, words(1).highBytes, above.highBytes, below.highBytes)
      laneSums &+= (evenValues &+ oddValues).pairsOfProducts(with: ones)
      laneSquares &+= evenValues.pairsOfProducts(with: evenValues) &+ oddValues.pairsOfProducts(with: oddValues)
    }
    for lane in 0..<4 {
      sum &+= Int(laneSums[lane])
      squares &+= Int(laneSquares[lane])
    }
  }

  @inline(__always) private static func values(
    _ pixels: SIMD8<UInt16>, _ left: SIMD8<UInt16>, _ right: SIMD8<UInt16>, _ above: SIMD8<UInt16>,
    _ below: SIMD8<UInt16>
  ) -> SIMD8<Int16> {
    (pixels &<< SIMD8(repeating: 2) &- (left &+ right) &- (above &+ below)).signed
  }
}
