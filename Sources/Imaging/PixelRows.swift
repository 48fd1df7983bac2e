// Hot style, paid for by `telltale bench pipeline` (`convert`).

/// Converts pictures with samples of 8 bits in vectors of 16 pixels. The results are those of the scalar conversion, bit
/// for bit.
struct PixelRows {
  private let width: Int
  private let height: Int
  private let format: PlanarFormat
  private let scale: ColourScale<Int32>
  /// The factor of luma is one and so many 65,536ths, in either range.
  private let lumaFraction: UInt16

  /// Pixels of a vector.
  private static let step = 16

  init(_ picture: PlanarPicture) {
    width = picture.width
    height = picture.height
    format = picture.format
    scale = ColourScale(picture.colours, bitDepth: 8)
    lumaFraction = UInt16(scale.factor - (1 << 16))
  }

  /// Spreads the luma of the first pixels to 0...255.
  /// - Returns: How many pixels are done.
  func spreadLuma(_ planes: UnsafeBufferPointer<UInt8>, to out: UnsafeMutableBufferPointer<UInt8>) -> Int {
    check(planes, out, channels: 1)
    let done = width * height / Self.step * Self.step
    guard done > 0, let samples = UnsafeRawPointer(planes.baseAddress),
      let out = UnsafeMutableRawPointer(out.baseAddress)
    else { return 0 }
    for pixel in stride(from: 0, to: done, by: Self.step) {
      let luma = samples.loadUnaligned(fromByteOffset: pixel, as: SIMD8<UInt16>.self)
      let spread = spread(luma.lowBytes) | spread(luma.highBytes) &<< SIMD8(repeating: 8)
      out.storeBytes(of: spread, toByteOffset: pixel, as: SIMD8<UInt16>.self)
    }
    return done
  }

  @inline(__always) private func spread(_ luma: SIMD8<UInt16>) -> SIMD8<UInt16> {
    let (black, white) = (Int16(truncatingIfNeeded: scale.black), Int16(truncatingIfNeeded: scale.white))
    let above = (luma.signed &- SIMD8(repeating: black)).clamped(to: white - black)
    let product = FixedPoint(above.unsigned, timesOneAnd: lumaFraction)
    // Rounds: a fraction of at least a half has the highest bit.
    return product.whole &+ product.fraction &>> SIMD8(repeating: 15)
  }

  /// Converts the first columns to RGB.
  /// - Returns: How many columns are done in every row: a multiple of 16.
  func convert(_ planes: UnsafeBufferPointer<UInt8>, to out: UnsafeMutableBufferPointer<UInt8>) -> Int {
    check(planes, out, channels: 3)
    let done = width / Self.step * Self.step
    guard done > 0, let first = UnsafeRawPointer(planes.baseAddress), let out = UnsafeMutableRawPointer(out.baseAddress)
    else { return 0 }
    let tints = Tints(scale)
    let chromaWidth = format.chroma.width(of: width)
    let u = first + width * height
    let v = u + chromaWidth * format.chroma.height(of: height)
    let rows = Rows(luma: first, out: out, width: width, height: height, done: done, factor: lumaFraction)
    switch format.chroma {
    case .mono:
      let grey = tints.grey
      rows.convert(stepY: 1) { _, _ in (grey, grey) }
    case .c411:
      rows.convert(stepY: 1) { row, column in
        let at = row &* chromaWidth &+ column / 4
        let tint = tints.tint(u: Self.twice(u + at), v: Self.twice(v + at))
        return (tint, tint)
      }
    case .c420, .c422:
      rows.convert(stepY: format.chroma.stepY) { row, column in
        let at = row &* chromaWidth &+ column / 2
        let u = u.loadUnaligned(fromByteOffset: at, as: SIMD8<UInt8>.self)
        let v = v.loadUnaligned(fromByteOffset: at, as: SIMD8<UInt8>.self)
        let tint = tints.tint(u: SIMD8<UInt16>(u), v: SIMD8<UInt16>(v))
        return (tint, tint)
      }
    case .c444:
      rows.convert(stepY: 1) { row, column in
        let at = row &* chromaWidth &+ column
        let u = u.loadUnaligned(fromByteOffset: at, as: SIMD8<UInt16>.self)
        let v = v.loadUnaligned(fromByteOffset: at, as: SIMD8<UInt16>.self)
        return (tints.tint(u: u.lowBytes, v: v.lowBytes), tints.tint(u: u.highBytes, v: v.highBytes))
      }
    }
    return done
  }

  /// Four bytes, each of them twice.
  @inline(__always) private static func twice(_ samples: UnsafeRawPointer) -> SIMD8<UInt16> {
    let four = samples.loadUnaligned(as: SIMD4<UInt8>.self)
    var eight = SIMD8<UInt8>()
    eight.evenHalf = four
    eight.oddHalf = four
    return SIMD8<UInt16>(eight)
  }

  /// All addresses below are within these sizes.
  private func check(
    _ planes: UnsafeBufferPointer<UInt8>, _ out: UnsafeMutableBufferPointer<UInt8>, channels: Int
  ) {
    precondition(format.bytesPerSample == 1 && planes.count == format.byteCount(width: width, height: height))
    precondition(out.count >= channels * width * height)
  }
}

/// What chroma adds to the luma of a pixel, for eight pixels at a time.
private struct Tint {
  let red: FixedPoint.Addend
  let green: FixedPoint.Addend
  let blue: FixedPoint.Addend
}

/// The factors that make a ``Tint`` of chroma samples.
private struct Tints {
  private let redV: Int32
  private let greenU: Int32
  private let greenV: Int32
  private let blueU: Int32
  private let redOffset: FixedPoint
  private let greenOffset: FixedPoint
  private let blueOffset: FixedPoint
  let grey: Tint

  init(_ scale: ColourScale<Int32>) {
    redV = scale.redV
    greenU = scale.greenU
    greenV = scale.greenV
    blueU = scale.blueU
    // Samples are multiplied without subtracting the centre first. The offsets make up for it.
    redOffset = FixedPoint(repeating: scale.offset - scale.centre * scale.redV)
    greenOffset = FixedPoint(repeating: scale.offset - scale.centre * (scale.greenU + scale.greenV))
    blueOffset = FixedPoint(repeating: scale.offset - scale.centre * scale.blueU)
    let offset = FixedPoint.Addend(FixedPoint(repeating: scale.offset))
    grey = Tint(red: offset, green: offset, blue: offset)
  }

  @inline(__always) func tint(u: SIMD8<UInt16>, v: SIMD8<UInt16>) -> Tint {
    let green = FixedPoint(u, times: greenU) + FixedPoint(v, times: greenV)
    return Tint(
      red: FixedPoint.Addend(redOffset + FixedPoint(v, times: redV)),
      green: FixedPoint.Addend(greenOffset + green),
      blue: FixedPoint.Addend(blueOffset + FixedPoint(u, times: blueU)))
  }
}

/// The rows of a picture, whose sizes ``PixelRows`` has checked.
private struct Rows {
  let luma: UnsafeRawPointer
  let out: UnsafeMutableRawPointer
  let width: Int
  let height: Int
  let done: Int
  let factor: UInt16

  /// - Parameters:
  ///   - stepY: Rows that share their chroma: 1 or 2.
  ///   - tints: Returns the tints of the 16 pixels that begin at a column: of the even pixels, and of the odd ones.
  @inline(__always)
  func convert(stepY: Int, tints: (_ row: Int, _ column: Int) -> (even: Tint, odd: Tint)) {
    for row in stride(from: 0, to: height, by: stepY) {
      let upper = row &* width
      // The last row has no other if the number of rows is odd.
      let hasLower = stepY == 2 && row &+ 1 < height
      for column in stride(from: 0, to: done, by: 16) {
        let tints = tints(row / stepY, column)
        write(upper &+ column, even: tints.even, odd: tints.odd)
        if hasLower { write(upper &+ width &+ column, even: tints.even, odd: tints.odd) }
      }
    }
  }

  /// Writes 16 pixels.
  @inline(__always) private func write(_ pixel: Int, even: Tint, odd: Tint) {
    let luma = self.luma.loadUnaligned(fromByteOffset: pixel, as: SIMD8<UInt16>.self)
    let evenLuma = FixedPoint.Base(FixedPoint(luma.lowBytes, timesOneAnd: factor))
    let oddLuma = FixedPoint.Base(FixedPoint(luma.highBytes, timesOneAnd: factor))
    // The six bytes of two pixels are three words.
    let redGreen = Self.words(low: even.red.wholeOfSum(with: evenLuma), high: even.green.wholeOfSum(with: evenLuma))
    let blueRed = Self.words(low: even.blue.wholeOfSum(with: evenLuma), high: odd.red.wholeOfSum(with: oddLuma))
    let greenBlue = Self.words(low: odd.green.wholeOfSum(with: oddLuma), high: odd.blue.wholeOfSum(with: oddLuma))
    let firstFour = unsafeBitCast(Self.zip(redGreen, blueRed), to: SIMD8<UInt32>.self)
    let lastTwo = unsafeBitCast(Self.zip(greenBlue, greenBlue), to: SIMD8<UInt32>.self)
    var sixBytes = SIMD16<UInt32>()
    sixBytes.evenHalf = firstFour
    sixBytes.oddHalf = lastTwo
    let pairs = unsafeBitCast(sixBytes, to: SIMD8<UInt64>.self)
    let start = out + 3 &* pixel
    // Each overwrites the two superfluous bytes of the one before; the last has none.
    for pair in 0..<7 { start.storeBytes(of: pairs[pair], toByteOffset: 6 &* pair, as: UInt64.self) }
    start.storeBytes(of: UInt32(truncatingIfNeeded: pairs[7]), toByteOffset: 42, as: UInt32.self)
    start.storeBytes(of: UInt16(truncatingIfNeeded: pairs[7] &>> 32), toByteOffset: 46, as: UInt16.self)
  }

  /// Words of two numbers, each clamped to a byte.
  @inline(__always) private static func words(low: SIMD8<Int16>, high: SIMD8<Int16>) -> SIMD8<UInt16> {
    low.clamped(to: 255).unsigned | high.clamped(to: 255).unsigned &<< SIMD8(repeating: 8)
  }

  @inline(__always) private static func zip(_ even: SIMD8<UInt16>, _ odd: SIMD8<UInt16>) -> SIMD16<UInt16> {
    var words = SIMD16<UInt16>()
    words.evenHalf = even
    words.oddHalf = odd
    return words
  }
}
