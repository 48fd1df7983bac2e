/// A picture with one channel, its brightness: 0 for black to 255 for white.
package struct Plane: Equatable, Sendable {
  package let width: Int
  package let height: Int
  /// Rows from top to bottom without padding.
  package let bytes: [UInt8]

  /// - Precondition: `bytes.count` is `width × height`, and neither side is 0.
  package init(width: Int, height: Int, bytes: [UInt8]) {
    precondition(width > 0 && height > 0 && bytes.count == width * height)
    self.width = width
    self.height = height
    self.bytes = bytes
  }
}

extension Picture {
  /// Brightness by the weights of BT.601. Transparent pixels are composited on white, as on a web page.
  package func luma() -> Plane {
    switch format {
    case .grey: Plane(width: width, height: height, bytes: bytes)
    case .greyAlpha, .rgba: opaque().luma()
    case .rgb: Plane(width: width, height: height, bytes: lumaOfRGB())
    }
  }

  private func lumaOfRGB() -> [UInt8] {
    let count = width * height
    return [UInt8](unsafeUninitializedCapacity: count) { out, initialized in
      bytes.withUnsafeBufferPointer { rgb in
        for index in 0..<count {
          let red = UInt32(rgb[3 &* index]) &* 19_595
          let green = UInt32(rgb[3 &* index &+ 1]) &* 38_470
          let blue = UInt32(rgb[3 &* index &+ 2]) &* 7_471
          out[index] = UInt8(truncatingIfNeeded: (red &+ green &+ blue &+ 32_768) >> 16)
        }
      }
      initialized = count
    }
  }

  /// The picture as RGB. Transparent pixels are composited on white, as on a web page.
  package func rgb() -> Picture {
    switch format {
    case .rgb: self
    case .greyAlpha, .rgba: opaque().rgb()
    case .grey:
      Picture(width: width, height: height, format: .rgb, bytes: bytes.flatMap { [$0, $0, $0] })
    }
  }

  /// The picture without its alpha channel, composited on white.
  private func opaque() -> Picture {
    let colours = format.channels - 1
    var flat: [UInt8] = []
    flat.reserveCapacity(width * height * colours)
    for pixel in stride(from: 0, to: bytes.count, by: format.channels) {
      let alpha = Int(bytes[pixel + colours])
      for colour in bytes[pixel..<pixel + colours] {
        flat.append(UInt8((Int(colour) * alpha + 255 * (255 - alpha) + 127) / 255))
      }
    }
    return Picture(width: width, height: height, format: colours == 1 ? .grey : .rgb, bytes: flat)
  }
}
