extension Picture {
  /// Decodes a PNG, PPM or PGM file. Recognises the format by the first bytes.
  package static func decode(
    _ bytes: [UInt8], limits: PictureLimits = PictureLimits()
  ) throws(PictureError) -> Picture {
    if bytes.starts(with: PNG.signature) { return try PNGDecoder.decode(bytes, limits: limits) }
    if bytes.first == UInt8(ascii: "P") { return try PNMDecoder.decode(bytes, limits: limits) }
    throw .unknownFormat
  }
}
