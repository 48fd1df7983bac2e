/// A picture or a video that can't be read. The description is shown to users.
package enum PictureError: Error, Equatable, Sendable, CustomStringConvertible {
  case unknownFormat
  case truncated(format: String, part: String)
  case checksumMismatch(format: String, part: String)
  case tooLarge(format: String, width: Int, height: Int, maximumPixels: Int)
  case tooManyBytes(format: String, bytes: Int, maximumBytes: Int)
  case malformed(format: String, reason: String)
  case unsupported(format: String, feature: String)

  package var description: String {
    switch self {
    case .unknownFormat:
      "This is not a PNG, PPM or PGM picture."
    case .truncated(let format, let part):
      "The \(format) ends in the middle of \(part)."
    case .checksumMismatch(let format, let part):
      "The \(format) is damaged: the checksum of \(part) is wrong."
    case .tooLarge(let format, let width, let height, let maximumPixels):
      "The \(format) has \(width) × \(height) pixels; the limit is \(maximumPixels) pixels."
    case .tooManyBytes(let format, let bytes, let maximumBytes):
      "The \(format) unpacks to \(bytes) bytes; the limit is \(maximumBytes) bytes."
    case .malformed(let format, let reason):
      "The \(format) is malformed: \(reason)."
    case .unsupported(let format, let feature):
      "The \(format) uses \(feature), which is not supported."
    }
  }
}
