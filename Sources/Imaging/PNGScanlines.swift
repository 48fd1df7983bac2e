// Hot style: pointers behind a checked interface. The benchmark is `telltale bench pipeline` (rows of a PNG).

/// Turns inflated image data into a picture: undoes the filters (§9), unpacks samples, assembles interlaced passes.
struct PNGScanlines {
  private let header: PNGHeader
  private let format: Picture.Format
  private let unpack: Unpacking

  /// How a row's bytes become channels.
  private enum Unpacking {
    /// 8 bits a sample, copied.
    case copy
    case wide(transparent: [UInt16]?)
    case eightBits(transparent: [UInt8])
    /// Grey with 1, 2 or 4 bits.
    case packedGrey(transparent: Int?)
    /// Entries of `channels` bytes each. There may be fewer of them than the bit depth allows.
    case palette(entries: [UInt8], count: Int)
  }

  init(_ chunks: PNGChunks) {
    header = chunks.header
    let transparency = chunks.transparency
    let samples = transparency.map(Self.samples(in:))
    format =
      switch chunks.header.colourType {
      case .grey: transparency == nil ? .grey : .greyAlpha
      case .rgb, .palette: transparency == nil ? .rgb : .rgba
      case .greyAlpha: .greyAlpha
      case .rgba: .rgba
      }
    unpack =
      switch (chunks.header.colourType, chunks.header.bitDepth) {
      case (.palette, _):
        .palette(entries: Self.entries(of: chunks), count: chunks.palette.count / 3)
      case (_, 16):
        .wide(transparent: samples)
      case (.grey, 1...4):
        .packedGrey(transparent: samples.map { Int($0[0]) })
      case (_, _):
        // §11.3.1.1: only the low bits of the samples are used.
        if let samples { .eightBits(transparent: samples.map { UInt8(truncatingIfNeeded: $0) }) } else { .copy }
      }
  }

  private static func samples(in bytes: ArraySlice<UInt8>) -> [UInt16] {
    stride(from: bytes.startIndex, to: bytes.endIndex - 1, by: 2).map { index in
      UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1])
    }
  }

  /// The palette's entries, as RGBA if the file has a tRNS chunk.
  private static func entries(of chunks: PNGChunks) -> [UInt8] {
    let palette = Array(chunks.palette)
    guard let transparency = chunks.transparency.map(Array.init) else { return palette }
    var entries: [UInt8] = []
    for entry in 0..<palette.count / 3 {
      entries += palette[3 * entry..<3 * entry + 3]
      entries.append(entry < transparency.count ? transparency[entry] : 255)
    }
    return entries
  }

  /// - Parameter inflated: Exactly ``PNGHeader/inflatedByteCount`` bytes.
  mutating func picture(from inflated: consuming [UInt8]) throws(PictureError) -> Picture {
    var pixels = [UInt8](repeating: 0, count: header.width * header.height * format.channels)
    var position = 0
    for pass in header.passes {
      try decode(pass, from: &inflated, at: &position, into: &pixels)
    }
    return Picture(width: header.width, height: header.height, format: format, bytes: pixels)
  }

  private func decode(
    _ pass: PNGPass, from inflated: inout [UInt8], at position: inout Int, into pixels: inout [UInt8]
  ) throws(PictureError) {
    let passWidth = pass.width(of: header.width)
    let rowBytes = header.rowByteCount(width: passWidth)
    // The row above the first row of a pass counts as zeros, §9.2.
    var above = [UInt8](repeating: 0, count: rowBytes)
    var row = [UInt8](repeating: 0, count: passWidth * format.channels)
    for passRow in 0..<pass.height(of: header.height) {
      let filter = inflated[position]
      let range = position + 1..<position + 1 + rowBytes
      position = range.upperBound
      try unfilter(&inflated, row: range, filter: filter, above: above)
      above.replaceSubrange(0..<rowBytes, with: inflated[range])
      try expand(above, into: &row)
      place(row, of: pass, at: pass.y + passRow * pass.stepY, into: &pixels)
    }
  }

  /// Undoes a row's filter in place, §9.2.
  private func unfilter(
    _ bytes: inout [UInt8], row range: Range<Int>, filter: UInt8, above: [UInt8]
  ) throws(PictureError) {
    let distance = header.filterDistance
    guard filter <= 4 else {
      throw .malformed(format: "PNG", reason: "filter \(filter) does not exist")
    }
    bytes.withUnsafeMutableBufferPointer { whole in
      let row = UnsafeMutableBufferPointer(rebasing: whole[range])
      above.withUnsafeBufferPointer { above in
        switch filter {
        case 1: Self.undoSub(row, distance: distance)
        case 2: Self.undoUp(row, above: above)
        case 3: Self.undoAverage(row, above: above, distance: distance)
        case 4: Self.undoPaeth(row, above: above, distance: distance)
        default: break
        }
      }
    }
  }

  private static func undoSub(_ row: UnsafeMutableBufferPointer<UInt8>, distance: Int) {
    guard row.count > distance else { return }
    for index in distance..<row.count { row[index] &+= row[index &- distance] }
  }

  private static func undoUp(_ row: UnsafeMutableBufferPointer<UInt8>, above: UnsafeBufferPointer<UInt8>) {
    for index in 0..<row.count { row[index] &+= above[index] }
  }

  private static func undoAverage(
    _ row: UnsafeMutableBufferPointer<UInt8>, above: UnsafeBufferPointer<UInt8>, distance: Int
  ) {
    for index in 0..<row.count {
      let left = index < distance ? 0 : Int(row[index &- distance])
      row[index] &+= UInt8(truncatingIfNeeded: (left &+ Int(above[index])) >> 1)
    }
  }

  private static func undoPaeth(
    _ row: UnsafeMutableBufferPointer<UInt8>, above: UnsafeBufferPointer<UInt8>, distance: Int
  ) {
    for index in 0..<min(distance, row.count) { row[index] &+= above[index] }
    guard row.count > distance else { return }
    for index in distance..<row.count {
      let left = Int(row[index &- distance])
      let up = Int(above[index])
      let upLeft = Int(above[index &- distance])
      // §9.4: the distances of left, up and upLeft from the estimate left + up - upLeft, simplified.
      let toLeft = abs(up &- upLeft)
      let toUp = abs(left &- upLeft)
      let toUpLeft = abs(left &+ up &- upLeft &- upLeft)
      let nearest = toLeft <= toUp && toLeft <= toUpLeft ? left : toUp <= toUpLeft ? up : upLeft
      row[index] &+= UInt8(truncatingIfNeeded: nearest)
    }
  }

  /// Unpacks a row into 8-bit channels.
  private func expand(_ bytes: [UInt8], into row: inout [UInt8]) throws(PictureError) {
    switch unpack {
    case .copy:
      row.replaceSubrange(0..<row.count, with: bytes)
    case .wide(let transparent):
      expandWide(bytes, transparent: transparent, into: &row)
    case .eightBits(let transparent):
      expandWithTransparentColour(bytes, transparent: transparent, into: &row)
    case .packedGrey(let transparent):
      expandPackedGrey(bytes, transparent: transparent, into: &row)
    case .palette(let entries, let count):
      try expandPalette(bytes, entries: entries, count: count, into: &row)
    }
  }

  private func expandWide(_ bytes: [UInt8], transparent: [UInt16]?, into row: inout [UInt8]) {
    let samples = header.colourType.samples
    let channels = format.channels
    for pixel in 0..<row.count / channels {
      var isTransparent = true
      for sample in 0..<samples {
        let at = 2 * (pixel * samples + sample)
        let value = UInt16(bytes[at]) << 8 | UInt16(bytes[at + 1])
        row[pixel * channels + sample] = UInt8((UInt32(value) * 255 + 32_767) / 65_535)
        if let transparent, transparent[sample] != value { isTransparent = false }
      }
      if transparent != nil { row[pixel * channels + samples] = isTransparent ? 0 : 255 }
    }
  }

  private func expandWithTransparentColour(_ bytes: [UInt8], transparent: [UInt8], into row: inout [UInt8]) {
    let samples = transparent.count
    for pixel in 0..<row.count / (samples + 1) {
      var isTransparent = true
      for sample in 0..<samples {
        let value = bytes[pixel * samples + sample]
        row[pixel * (samples + 1) + sample] = value
        if value != transparent[sample] { isTransparent = false }
      }
      row[pixel * (samples + 1) + samples] = isTransparent ? 0 : 255
    }
  }

  private func expandPackedGrey(_ bytes: [UInt8], transparent: Int?, into row: inout [UInt8]) {
    let spread = 255 / ((1 << header.bitDepth) - 1)
    let channels = format.channels
    for pixel in 0..<row.count / channels {
      let value = packedValue(bytes, at: pixel)
      row[pixel * channels] = UInt8(value * spread)
      if let transparent { row[pixel * channels + 1] = value == transparent ? 0 : 255 }
    }
  }

  private func expandPalette(
    _ bytes: [UInt8], entries: [UInt8], count: Int, into row: inout [UInt8]
  ) throws(PictureError) {
    let channels = format.channels
    for pixel in 0..<row.count / channels {
      let entry = packedValue(bytes, at: pixel)
      guard entry < count else {
        throw .malformed(format: "PNG", reason: "a pixel names entry \(entry) of a palette of \(count)")
      }
      for channel in 0..<channels {
        row[pixel * channels + channel] = entries[entry * channels + channel]
      }
    }
  }

  /// A sample of 1, 2, 4 or 8 bits. The leftmost pixel is in the high bits, §7.2.
  private func packedValue(_ bytes: [UInt8], at pixel: Int) -> Int {
    let bit = pixel * header.bitDepth
    let shift = 8 - header.bitDepth - bit % 8
    return Int(bytes[bit / 8]) >> shift & ((1 << header.bitDepth) - 1)
  }

  /// Copies a row of a pass to its pixels in the picture.
  private func place(_ row: [UInt8], of pass: PNGPass, at y: Int, into pixels: inout [UInt8]) {
    let channels = format.channels
    let start = (y * header.width + pass.x) * channels
    if pass.stepX == 1 {
      pixels.replaceSubrange(start..<start + row.count, with: row)
      return
    }
    for pixel in 0..<row.count / channels {
      for channel in 0..<channels {
        pixels[start + pixel * pass.stepX * channels + channel] = row[pixel * channels + channel]
      }
    }
  }
}
