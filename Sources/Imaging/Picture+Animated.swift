extension Picture {
  /// Whether a file that begins with these bytes is an animated PNG, which has an `acTL` chunk before its image data.
  package static func isAnimatedPNG(_ start: [UInt8]) -> Bool {
    guard start.starts(with: PNG.signature) else { return false }
    var position = PNG.signature.count
    while start.count - position >= 8 {
      let type = start.bigEndianUInt32(at: position + 4)
      if type == PNG.actl { return true }
      guard type != PNG.idat else { return false }
      position += 12 + Int(start.bigEndianUInt32(at: position))
    }
    return false
  }
}
