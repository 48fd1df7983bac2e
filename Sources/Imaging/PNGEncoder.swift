import Compression

/// Encodes pictures as PNG, optimised for speed over size: filters every row with Sub and compresses with
/// ``RowDeflater``.
package enum PNGEncoder {
  /// The bytes of a complete PNG file.
  package static func encode(_ picture: Picture) -> [UInt8] {
    var file = PNG.signature
    appendChunk(PNG.ihdr, data: header(of: picture), to: &file)
    appendChunk(PNG.idat, data: RowDeflater.zlib(filterSub(picture)), to: &file)
    appendChunk(PNG.iend, data: [], to: &file)
    return file
  }

  private static func header(of picture: Picture) -> [UInt8] {
    let colour: PNGHeader.ColourType =
      switch picture.format {
      case .grey: .grey
      case .greyAlpha: .greyAlpha
      case .rgb: .rgb
      case .rgba: .rgba
      }
    return bigEndian(UInt32(picture.width)) + bigEndian(UInt32(picture.height)) + [8, colour.rawValue, 0, 0, 0]
  }

  /// The rows, each preceded by its filter byte, with every byte replaced by its difference from the left neighbour,
  /// §9.2.
  ///
  /// Hot style; the benchmark is `telltale bench pipeline` (`encode`): 2.8 MB for a picture of 1,280 × 720.
  private static func filterSub(_ picture: Picture) -> [UInt8] {
    let rowBytes = picture.width * picture.format.channels
    let distance = picture.format.channels
    let count = (1 + rowBytes) * picture.height
    return [UInt8](unsafeUninitializedCapacity: count) { out, initialized in
      picture.bytes.withUnsafeBufferPointer { pixels in
        for y in 0..<picture.height {
          let row = UnsafeBufferPointer(rebasing: pixels[y * rowBytes..<(y + 1) * rowBytes])
          let filtered = UnsafeMutableBufferPointer(rebasing: out[y * (1 + rowBytes)..<(y + 1) * (1 + rowBytes)])
          filtered[0] = 1
          for index in 0..<distance { filtered[1 &+ index] = row[index] }
          for index in distance..<rowBytes { filtered[1 &+ index] = row[index] &- row[index &- distance] }
        }
      }
      initialized = count
    }
  }

  private static func appendChunk(_ type: UInt32, data: [UInt8], to file: inout [UInt8]) {
    file.reserveCapacity(file.count + data.count + 12)
    file += bigEndian(UInt32(data.count))
    let start = file.count
    file += bigEndian(type)
    file += data
    file += bigEndian(file.crc32(of: start..<file.count))
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
