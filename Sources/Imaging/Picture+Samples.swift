extension Picture {
  /// A picture of samples with 16 bits, the low byte first. They are rounded to 8 bits.
  /// - Precondition: There are two bytes for each channel of each pixel.
  package init(width: Int, height: Int, format: Format, wideSamples: [UInt8]) {
    let count = width * height * format.channels
    precondition(wideSamples.count == 2 * count)
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { out, initialized in
      wideSamples.withUnsafeBufferPointer { samples in
        for index in 0..<count {
          let value = UInt32(samples[2 &* index]) | UInt32(samples[2 &* index &+ 1]) << 8
          out[index] = UInt8(truncatingIfNeeded: (value &* 255 &+ 32_767) / 65_535)
        }
      }
      initialized = count
    }
    self.init(width: width, height: height, format: format, bytes: bytes)
  }
}
