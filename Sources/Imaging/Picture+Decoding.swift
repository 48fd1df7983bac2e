extension Picture {
  /// Decodes a PNG, PPM or PGM file. Recognises the format by the first bytes.
  package static func decode(
    _ bytes: [UInt8], limits: PictureLimits = PictureLimits()
  ) throws(PictureError) -> Picture {
    if bytes.starts(with: PNG.signature) { return try PNGDecoder.decode(bytes, limits: limits) }
    if bytes.first == UInt8(ascii: "P") { return try PNMDecoder.decode(bytes, limits: limits) }
    throw .unknownFormat
  }

  /// Whether ``decode(_:limits:)`` handles files that begin with these bytes.
  package static func isDecodable(_ start: [UInt8]) -> Bool {
    start.starts(with: PNG.signature) || PNMDecoder.format(start) != nil
  }

  /// Throws if the first bytes of a file show that ``decode(_:limits:)`` would refuse it.
  /// - Parameter isWhole: Whether `start` is the whole file.
  package static func checkHeader(
    _ start: [UInt8], isWhole: Bool, limits: PictureLimits = PictureLimits()
  ) throws(PictureError) {
    do throws(PictureError) {
      if start.starts(with: PNG.signature) {
        _ = try PNGChunks.header(start, limits: limits)
      } else {
        _ = try PNMDecoder.header(start, limits: limits)
      }
    } catch {
      // The rest of the header may follow.
      if case .truncated = error, !isWhole { return }
      throw error
    }
  }
}
