/// Decodes PPM and PGM pictures, in text (P2, P3) or binary form (P5, P6).
///
/// Values are scaled from 0...maxval to 0...255 and rounded. Only the first picture of a file is read.
enum PNMDecoder {
  static func decode(_ bytes: [UInt8], limits: PictureLimits) throws(PictureError) -> Picture {
    var (header, reader) = try header(bytes, limits: limits)
    // Can't overflow, because the number of pixels is limited.
    let count = header.width * header.height * header.format.channels
    let values =
      header.isText
      ? try reader.textValues(count: count, maximum: header.maximum)
      : try reader.byteValues(count: count, maximum: header.maximum)
    return Picture(width: header.width, height: header.height, format: header.format, bytes: values)
  }

  struct Header {
    let format: Picture.Format
    let isText: Bool
    let width: Int
    let height: Int
    let maximum: Int
  }

  /// The format that the first bytes name; nil if it isn't one that is decoded here.
  static func format(_ start: [UInt8]) -> (format: Picture.Format, isText: Bool)? {
    guard start.count >= 2, start[0] == UInt8(ascii: "P") else { return nil }
    return switch start[1] {
    case UInt8(ascii: "2"): (.grey, true)
    case UInt8(ascii: "3"): (.rgb, true)
    case UInt8(ascii: "5"): (.grey, false)
    case UInt8(ascii: "6"): (.rgb, false)
    default: nil
    }
  }

  /// - Returns: The header, and a reader positioned after it.
  static func header(_ bytes: [UInt8], limits: PictureLimits) throws(PictureError) -> (Header, Reader) {
    var reader = Reader(bytes: bytes)
    guard let (format, isText) = format(bytes) else { throw .unknownFormat }
    let width = try reader.number(named: "width")
    let height = try reader.number(named: "height")
    try limits.check(width: width, height: height, format: "PNM picture")
    let maximum = try reader.number(named: "largest value")
    guard (1...65_535).contains(maximum) else {
      throw .malformed(format: "PNM picture", reason: "its largest value is \(maximum)")
    }
    return (Header(format: format, isText: isText, width: width, height: height, maximum: maximum), reader)
  }

  struct Reader {
    let bytes: [UInt8]
    var position = 2

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// Skips blanks and comments and reads a number. Allows at most 9 digits, so that it can't overflow.
    mutating func number(named name: String) throws(PictureError) -> Int {
      skipBlanks()
      guard position < bytes.count else { throw .truncated(format: "PNM picture", part: "its \(name)") }
      var value = 0
      var digits = 0
      while position < bytes.count, (0x30...0x39).contains(bytes[position]), digits < 10 {
        value = value * 10 + Int(bytes[position] - 0x30)
        position += 1
        digits += 1
      }
      guard (1...9).contains(digits) else {
        throw .malformed(format: "PNM picture", reason: "its \(name) at byte \(position) is not a number")
      }
      return value
    }

    private mutating func skipBlanks() {
      while position < bytes.count {
        if bytes[position] == UInt8(ascii: "#") {
          while position < bytes.count, bytes[position] != 0x0A { position += 1 }
        } else if Self.isBlank(bytes[position]) {
          position += 1
        } else {
          return
        }
      }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    mutating func textValues(count: Int, maximum: Int) throws(PictureError) -> [UInt8] {
      // A value needs at least two bytes, so a short file can't reserve much memory.
      guard (bytes.count - position + 1) / 2 >= count else {
        throw .truncated(format: "PNM picture", part: "its pixels")
      }
      var values: [UInt8] = []
      values.reserveCapacity(count)
      for _ in 0..<count {
        values.append(try Self.scale(number(named: "pixel"), maximum: maximum))
      }
      return values
    }

    mutating func byteValues(count: Int, maximum: Int) throws(PictureError) -> [UInt8] {
      // There is exactly one blank between the header and the pixels.
      guard position < bytes.count, Self.isBlank(bytes[position]) else {
        throw .malformed(format: "PNM picture", reason: "its header does not end in a blank")
      }
      position += 1
      let width = maximum > 255 ? 2 : 1
      guard bytes.count - position >= count * width else {
        throw .truncated(format: "PNM picture", part: "its pixels")
      }
      let pixels = bytes[position..<position + count * width]
      if maximum == 255 { return Array(pixels) }
      var values: [UInt8] = []
      values.reserveCapacity(count)
      for index in stride(from: pixels.startIndex, to: pixels.endIndex, by: width) {
        let value = width == 1 ? Int(pixels[index]) : Int(pixels[index]) << 8 | Int(pixels[index + 1])
        values.append(try Self.scale(value, maximum: maximum))
      }
      return values
    }

    private static func scale(_ value: Int, maximum: Int) throws(PictureError) -> UInt8 {
      guard value <= maximum else {
        throw .malformed(format: "PNM picture", reason: "a pixel is \(value), more than its largest value \(maximum)")
      }
      return UInt8((value * 255 + maximum / 2) / maximum)
    }
  }
}
