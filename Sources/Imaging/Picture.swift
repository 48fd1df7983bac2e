/// A decoded picture: rows from top to bottom without padding, 8 bits a channel.
package struct Picture: Equatable, Sendable {
  /// The channels of a pixel, in the order of their bytes.
  package enum Format: Sendable {
    case grey, greyAlpha, rgb, rgba

    /// The number of bytes a pixel.
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

  /// The channels of a pixel.
  /// - Precondition: The pixel is inside the picture.
  package subscript(x: Int, y: Int) -> ArraySlice<UInt8> {
    precondition(x >= 0 && x < width && y >= 0 && y < height)
    let start = (y * width + x) * format.channels
    return bytes[start..<start + format.channels]
  }
}

/// The limits that a decoder checks before it allocates memory for a picture.
package struct PictureLimits: Equatable, Sendable {
  /// Width × height. 64 Mi pixels are 8,192 × 8,192: more than cameras produce, and still fits in memory.
  package var maximumPixels: Int
  /// The size of the inflated image data in bytes. 272 MiB hold 64 Mi pixels of RGBA with their filter bytes.
  package var maximumBytes: Int

  package init(maximumPixels: Int = 64 << 20, maximumBytes: Int = 272 << 20) {
    self.maximumPixels = maximumPixels
    self.maximumBytes = maximumBytes
  }

  /// Refuses an empty size and one beyond the limit.
  /// - Parameter format: The name of the file format in the error message.
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
