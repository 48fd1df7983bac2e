// Hot style, paid for by `telltale bench pipeline` (`scene_change`, `block_mapper`): pointers inside, a checked interface
// outside.
import Imaging

/// The pixels of an RGB picture as numbers: red in the lowest eight bits, then green, then blue.
struct PixelReader {
  private let bytes: UnsafeBufferPointer<UInt8>

  /// - Parameter bytes: of an RGB picture.
  @inline(__always) init(_ bytes: UnsafeBufferPointer<UInt8>) {
    precondition(bytes.count.isMultiple(of: 3))
    self.bytes = bytes
  }

  /// The pixel's colour. Bits above the 24th are undefined.
  /// - Parameter index: Of the pixel, row by row.
  @inline(__always) subscript(index: Int) -> UInt32 {
    let at = 3 &* index
    guard at &+ 4 <= bytes.count else { return last(at: at) }
    assert(at >= 0)
    return UnsafeRawPointer(bytes.baseAddress.unsafelyUnwrapped).loadUnaligned(fromByteOffset: at, as: UInt32.self)
      .littleEndian
  }

  /// The picture's last pixel has no fourth byte.
  @inline(never) private func last(at: Int) -> UInt32 {
    precondition(at &+ 3 == bytes.count)
    return UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16
  }
}

extension UInt32 {
  /// One of 512 colours: the three high bits of red, green and blue of a pixel from ``PixelReader``.
  @inline(__always) var colourOf512: Int {
    // Adds red, shifted by 22, to green, shifted by 11, and blue; what else the product holds is outside the nine bits.
    Int((self & 0xE0_E0E0) &* (1 << 22 | 1 << 11 | 1)) >> 21
  }
}

/// How often each of 512 colours occurs, and the sums of its pixels.
struct ColourSums {
  /// Of each colour: the sums of the five low bits of red, blue and green, and the count, 16 bits each. A pixel is added to
  /// all four at once.
  private var fields = [UInt64](repeating: 0, count: 512)
  /// What was in ``fields`` before it was full; empty if that never happened.
  private var totals: [Total] = []
  /// Pixels in ``fields``.
  private var pending = 0

  /// Sums of so many numbers of five bits fit into 16 bits.
  private static let mostPending = 65_535 / 31

  struct Total {
    var red = 0
    var green = 0
    var blue = 0
    var count = 0
  }

  /// Forgets all pixels.
  mutating func removeAll() {
    fields.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    totals.removeAll(keepingCapacity: true)
    pending = 0
  }

  /// Adds every `step`-th of a row's pixels.
  mutating func add(_ pixels: PixelReader, at range: Range<Int>, step: Int) {
    var start = range.lowerBound
    while start < range.upperBound {
      if pending == Self.mostPending { collect() }
      let end = min(start + (Self.mostPending - pending) * step, range.upperBound)
      fields.withUnsafeMutableBufferPointer { fields in
        for index in stride(from: start, to: end, by: step) {
          let pixel = pixels[index]
          let redBlue = UInt64(pixel & 0x1F_001F)
          let green = UInt64(pixel & 0x1F00) &<< 24
          fields[pixel.colourOf512] &+= redBlue | green | 1 &<< 48
        }
      }
      pending += (end - start + step - 1) / step
      start += (end - start + step - 1) / step * step
    }
  }

  /// Moves what is in ``fields`` into ``totals``.
  private mutating func collect() {
    if totals.isEmpty { totals = [Total](repeating: Total(), count: 512) }
    for colour in 0..<512 where fields[colour] != 0 {
      let more = Self.total(fields[colour])
      totals[colour].red += more.red
      totals[colour].green += more.green
      totals[colour].blue += more.blue
      totals[colour].count += more.count
      fields[colour] = 0
    }
    pending = 0
  }

  private static func total(_ field: UInt64) -> Total {
    Total(
      red: Int(field & 0xFFFF), green: Int(field >> 32 & 0xFFFF), blue: Int(field >> 16 & 0xFFFF),
      count: Int(field >> 48))
  }

  /// The commonest colour with its count; nil if several colours are equally common.
  mutating func commonest() -> (colour: Int, count: Int)? {
    if !totals.isEmpty { collect() }
    return totals.isEmpty ? Self.largest(fields) { Int($0 >> 48) } : Self.largest(totals, by: \.count)
  }

  @inline(__always)
  private static func largest<Element>(_ all: [Element], by count: (Element) -> Int) -> (colour: Int, count: Int)? {
    var (largest, most, isShared) = (0, 0, false)
    for (colour, element) in all.enumerated() {
      let count = count(element)
      guard count >= most else { continue }
      isShared = count == most
      (largest, most) = (colour, count)
    }
    return isShared ? nil : (largest, most)
  }

  /// The mean of the pixels of a colour, `0xRRGGBB`.
  /// - Precondition: There is one. ``commonest()`` was called after the last pixel.
  func mean(of colour: Int) -> UInt32 {
    let sums = totals.isEmpty ? Self.total(fields[colour]) : totals[colour]
    func mean(_ sum: Int, highBits: Int) -> UInt32 {
      UInt32((sum + (highBits & 7) << 5 * sums.count + sums.count / 2) / sums.count)
    }
    return mean(sums.red, highBits: colour >> 6) << 16 | mean(sums.green, highBits: colour >> 3) << 8
      | mean(sums.blue, highBits: colour)
  }
}
