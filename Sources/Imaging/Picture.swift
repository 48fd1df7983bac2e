/// One decoded picture: rows from top to bottom without padding, 8 bits a channel.
package struct Picture: Equatable, Sendable {
  /// The channels of a pixel, in the order of their bytes.
  package enum Format: Sendable {
    case grey, greyAlpha, rgb, rgba

    /// Bytes a pixel.
    package var channels: Int {
      switch self {
      case .grey: 1
      case .greyAlpha: 2
      case .rgb: 3
      case .rgba: 4
      }
    }
  }

  package let width: Int
  package let height: Int
  package let format: Format
  /// `width × height × format.channels` bytes.
  package let bytes: [UInt8]

  /// - Precondition: `bytes.count` is `width × height × format.channels`, and neither side is 0.
  package init(width: Int, height: Int, format: Format, bytes: [UInt8]) {
    precondition(width > 0 && height > 0 && bytes.count == width * height * format.channels)
    self.width = width
    self.height = height
    self.format = format
    self.bytes = bytes
  }

  /// The channels of one pixel.
  /// - Precondition: `x` and `y` lie inside the picture.
  package subscript(x: Int, y: Int) -> ArraySlice<UInt8> {
    precondition(x >= 0 && x < width && y >= 0 && y < height)
    let start = (y * width + x) * format.channels
    return bytes[start..<start + format.channels]
  }
}

/// What a decoder accepts before it reserves memory for a picture.
package struct PictureLimits: Equatable, Sendable {
  /// Width × height. 64 Mi pixels are 8,192 × 8,192: more than a camera makes, less than a machine has.
  package var maximumPixels: Int
  /// Bytes of the picture as the file stores it after inflation, 272 MiB: 64 Mi pixels of RGBA and change.
  package var maximumBytes: Int

  package init(maximumPixels: Int = 64 << 20, maximumBytes: Int = 272 << 20) {
    self.maximumPixels = maximumPixels
    self.maximumBytes = maximumBytes
  }

  /// Refuses a size that is empty or larger than the limit; `format` names the file's format to a person.
  func check(width: Int, height: Int, format: String) throws(PictureError) {
    guard width > 0, height > 0 else {
      throw .malformed(format: format, reason: "its size is \(width) × \(height)")
    }
    let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
    guard !overflow, pixels <= maximumPixels else {
      throw .tooLarge(format: format, width: width, height: height, maximumPixels: maximumPixels)
    }
  }
}
