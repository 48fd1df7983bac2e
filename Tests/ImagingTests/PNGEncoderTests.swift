import Compression
import Imaging
import Testing

struct PNGEncoderTests {
  /// Deterministic pictures of different kinds: flat, smooth, noisy, and with runs of every length.
  private static func bytes(kind: String, count: Int) -> [UInt8] {
    var state: UInt32 = 1
    func random() -> UInt32 {
      state = state &* 1_664_525 &+ 1_013_904_223
      return state >> 16
    }
    return (0..<count).map { index in
      switch kind {
      case "flat": 9
      case "smooth": UInt8(truncatingIfNeeded: index / 7)
      case "noise": UInt8(truncatingIfNeeded: random())
      case "steps": UInt8(truncatingIfNeeded: index.isMultiple(of: 1 + Int(random() % 600)) ? random() : 3)
      default: random() % 50 == 0 ? 255 : 0
      }
    }
  }

  @Test(arguments: ["flat", "smooth", "noise", "steps", "sparse"], [Picture.Format.grey, .greyAlpha, .rgb, .rgba])
  func `an encoded picture decodes to itself`(kind: String, format: Picture.Format) throws {
    for (width, height) in [(1, 1), (3, 2), (7, 5), (8, 8), (255, 3), (260, 261), (1, 300)] {
      let bytes = Self.bytes(kind: kind, count: width * height * format.channels)
      let picture = Picture(width: width, height: height, format: format, bytes: bytes)
      #expect(try Picture.decode(PNGEncoder.encode(picture)) == picture)
    }
  }

  @Test func `runs of every length are encoded`() throws {
    // Sub turns equal neighbours into zeros, so each row contains a single run.
    for length in 1...600 {
      let row = [5] + [UInt8](repeating: 9, count: length) + [200, 3, 77]
      let picture = Picture(width: row.count, height: 1, format: .grey, bytes: row)
      #expect(try Picture.decode(PNGEncoder.encode(picture)) == picture)
    }
  }

  @Test func `code lengths stay within the limit for very rare values`() throws {
    // Counts that grow like Fibonacci numbers give the deepest Huffman tree.
    var (previous, count) = (1, 1)
    var bytes: [UInt8] = []
    for value in 0..<24 {
      let run: [UInt8] = [UInt8(value), 0]
      bytes += (0..<count).flatMap { _ in run }
      (previous, count) = (count, min(previous + count, 50_000))
    }
    let picture = Picture(width: bytes.count, height: 1, format: .grey, bytes: bytes)
    #expect(try Picture.decode(PNGEncoder.encode(picture)) == picture)
  }

  @Test func `a flat picture is compressed to less than a hundredth`() {
    let flat = Picture(width: 640, height: 360, format: .rgb, bytes: [UInt8](repeating: 77, count: 640 * 360 * 3))
    #expect(PNGEncoder.encode(flat).count < 5000)
  }
}
