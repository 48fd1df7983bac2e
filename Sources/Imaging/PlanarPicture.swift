// Hot style: pointers behind a checked interface. The benchmark is `telltale bench pipeline` (`convert`).

/// A picture of a video: a luma plane and two chroma planes, which may be subsampled. 8 bits a sample.
package struct PlanarPicture: Equatable, Sendable {
  /// The chroma subsampling.
  package enum Chroma: Sendable {
    case mono, c420, c422, c444

    var stepX: Int { self == .c420 || self == .c422 ? 2 : 1 }
    var stepY: Int { self == .c420 ? 2 : 1 }

    /// The size of a chroma plane.
    func width(of width: Int) -> Int { (width + stepX - 1) / stepX }
    func height(of height: Int) -> Int { (height + stepY - 1) / stepY }
  }

  /// The luma values from black to white: 16...235 as in broadcasting (limited), or 0...255 as in JPEG (full).
  package enum Range: Sendable {
    case limited, full
  }

  package let width: Int
  package let height: Int
  package let chroma: Chroma
  package let range: Range
  /// The planes Y, U, V one after another, without padding.
  package let bytes: [UInt8]

  /// - Precondition: The size is within ``PictureLimits``, and `bytes.count` is ``byteCount(width:height:chroma:)``.
  package init(width: Int, height: Int, chroma: Chroma, range: Range, bytes: [UInt8]) {
    precondition(bytes.count == Self.byteCount(width: width, height: height, chroma: chroma))
    self.width = width
    self.height = height
    self.chroma = chroma
    self.range = range
    self.bytes = bytes
  }

  /// Odd sides are rounded up: the last column or row has chroma samples of its own.
  package static func byteCount(width: Int, height: Int, chroma: Chroma) -> Int {
    width * height + (chroma == .mono ? 0 : 2 * chroma.width(of: width) * chroma.height(of: height))
  }

  /// Brightness, 0 for black to 255 for white.
  package func luma() -> Plane {
    let count = width * height
    guard range == .limited else { return Plane(width: width, height: height, bytes: Array(bytes[..<count])) }
    let spread = [UInt8](unsafeUninitializedCapacity: count) { out, initialized in
      bytes.withUnsafeBufferPointer { samples in
        for index in 0..<count {
          // (y - 16) × 255 / 219, rounded, with the factor of `Scale`, so that a grey pixel has the same value in
          // `rgb`.
          let above = Swift.min(Swift.max(samples[index], 16), 235) &- 16
          out[index] = UInt8(truncatingIfNeeded: (UInt32(above) &* 76_309 &+ 32_768) >> 16)
        }
      }
      initialized = count
    }
    return Plane(width: width, height: height, bytes: spread)
  }

  /// Converts to RGB by ITU-R BT.601. Chroma samples are repeated, not interpolated.
  package func rgb() -> Picture {
    let count = 3 * width * height
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { out, initialized in
      self.bytes.withUnsafeBufferPointer { planes in
        if chroma == .mono { convertGrey(planes, to: out) } else { convert(planes, to: out) }
      }
      initialized = count
    }
    return Picture(width: width, height: height, format: .rgb, bytes: bytes)
  }

  private func convertGrey(_ planes: UnsafeBufferPointer<UInt8>, to out: UnsafeMutableBufferPointer<UInt8>) {
    let scale = Scale(range)
    for index in 0..<width * height {
      let grey = Scale.clamp(scale.luma(planes[index]))
      out[3 &* index] = grey
      out[3 &* index &+ 1] = grey
      out[3 &* index &+ 2] = grey
    }
  }

  private func convert(_ planes: UnsafeBufferPointer<UInt8>, to out: UnsafeMutableBufferPointer<UInt8>) {
    let scale = Scale(range)
    let chromaWidth = chroma.width(of: width)
    let firstU = width * height
    let firstV = firstU + chromaWidth * chroma.height(of: height)
    let stepX = chroma.stepX
    for y in 0..<height {
      let chromaRow = y / chroma.stepY * chromaWidth
      var pixel = y * width
      let end = pixel + width
      for chromaX in 0..<chromaWidth {
        let u = Int32(planes[firstU &+ chromaRow &+ chromaX]) &- 128
        let v = Int32(planes[firstV &+ chromaRow &+ chromaX]) &- 128
        let red = scale.redV &* v
        let green = scale.greenU &* u &+ scale.greenV &* v
        let blue = scale.blueU &* u
        let last = Swift.min(pixel &+ stepX, end)
        while pixel < last {
          let luma = scale.luma(planes[pixel])
          out[3 &* pixel] = Scale.clamp(luma &+ red)
          out[3 &* pixel &+ 1] = Scale.clamp(luma &+ green)
          out[3 &* pixel &+ 2] = Scale.clamp(luma &+ blue)
          pixel &+= 1
        }
      }
    }
  }

  /// The factors of BT.601, times 65,536.
  private struct Scale {
    let black: Int32
    let factor: Int32
    let redV: Int32
    let greenU: Int32
    let greenV: Int32
    let blueU: Int32

    init(_ range: Range) {
      switch range {
      case .limited: (black, factor, redV, greenU, greenV, blueU) = (16, 76_309, 104_597, -25_675, -53_279, 132_201)
      case .full: (black, factor, redV, greenU, greenV, blueU) = (0, 65_536, 91_881, -22_554, -46_802, 116_130)
      }
    }

    @inline(__always) func luma(_ sample: UInt8) -> Int32 { (Int32(sample) &- black) &* factor &+ 32_768 }

    @inline(__always) static func clamp(_ value: Int32) -> UInt8 {
      UInt8(truncatingIfNeeded: Swift.min(Swift.max(value >> 16, 0), 255))
    }
  }
}
