import Compression
import Imaging
import Testing

/// Decodes damaged files of every kind. They may be refused or read, but must not crash.
struct DamageTests {
  private static let files: [[UInt8]] = [
    PNGFile(
      width: 9, height: 5, depth: 4, colour: 3, interlaced: true,
      before: [("PLTE", [1, 2, 3, 4, 5, 6]), ("tRNS", [9])], scanlines: [UInt8](repeating: 0, count: 36)
    ).bytes,
    PNGFile(
      width: 3, height: 2, depth: 16, colour: 2, before: [("tRNS", [0, 0, 0, 0, 0, 0])],
      scanlines: [UInt8](repeating: 0, count: 38)
    ).bytes,
    PNGFile(
      width: 5, height: 4, depth: 1, colour: 0, before: [("tRNS", [0, 1])], scanlines: [UInt8](repeating: 0, count: 8)
    ).bytes,
    Array("P6 3 2 1000\n".utf8) + [UInt8](repeating: 1, count: 36), Array("P2\n# c\n3 2 15\n1 2 3 4 5 6".utf8),
  ]

  /// Corrects the checksums, so that the decoder reads the damaged data.
  private func repaired(_ png: [UInt8]) -> [UInt8] {
    var png = png
    var position = 8
    while position + 12 <= png.count {
      let length = png[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= png.count - position - 12 else { break }
      let sum = crc32(Array(png[position + 4..<position + 8 + length]))
      for index in 0..<4 { png[position + 8 + length + index] = UInt8(truncatingIfNeeded: sum >> (24 - 8 * index)) }
      position += 12 + length
    }
    return png
  }

  @Test(arguments: files.indices) func `a damaged file does not crash the decoders`(index: Int) {
    let file = Self.files[index]
    #expect(throws: Never.self) { try Picture.decode(file) }
    let limits = PictureLimits(maximumPixels: 1 << 16, maximumBytes: 1 << 20)
    var state = UInt32(index + 1)
    func random(below limit: Int) -> Int {
      state = state &* 1_664_525 &+ 1_013_904_223
      return Int(state >> 8) % limit
    }
    for _ in 0..<2000 {
      var damaged = file
      for _ in 0...random(below: 3) {
        damaged[random(below: damaged.count)] = [0, 1, 0x7F, 0x80, 0xFF, UInt8(random(below: 256))][random(below: 6)]
      }
      _ = try? Picture.decode(damaged, limits: limits)
      _ = try? Picture.decode(repaired(damaged), limits: limits)
      var parser = Y4MParser(limits: limits)
      try? parser.receive(Array("YUV4MPEG2 W".utf8) + damaged[...]) { _ in }
    }
  }
}
