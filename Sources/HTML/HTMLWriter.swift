// Hot style: raw memory instead of an array. The benchmark is `telltale bench html`.

/// A growing buffer for the bytes of a page, with a checked interface.
public struct HTMLWriter: ~Copyable {
  @usableFromInline var base: UnsafeMutablePointer<UInt8>
  @usableFromInline var count = 0
  @usableFromInline var capacity: Int

  /// - Parameter capacity: The initial capacity in bytes. It doubles when the buffer is full.
  public init(capacity: Int = 16 * 1024) {
    self.capacity = max(capacity, 64)
    base = .allocate(capacity: self.capacity)
  }

  deinit {
    base.deallocate()
  }

  /// Everything written so far.
  public consuming func finish() -> [UInt8] {
    Array(UnsafeBufferPointer(start: base, count: count))
  }

  /// Appends a literal unescaped.
  @inlinable public mutating func write(markup: StaticString) {
    write(UnsafeBufferPointer(start: markup.utf8Start, count: markup.utf8CodeUnitCount))
  }

  /// Appends markup unescaped.
  @inlinable public mutating func write(_ bytes: UnsafeBufferPointer<UInt8>) {
    reserve(bytes.count)
    guard let source = bytes.baseAddress else { return }
    base.advanced(by: count).update(from: source, count: bytes.count)
    count &+= bytes.count
  }

  /// Appends a byte of markup.
  @inlinable mutating func write(_ byte: UInt8) {
    reserve(1)
    base[count] = byte
    count &+= 1
  }

  /// Appends a decimal integer.
  @inlinable mutating func write(_ integer: Int) {
    // The sign and the 19 digits of Int.min.
    reserve(20)
    if integer < 0 { write(UInt8(ascii: "-")) }
    var rest = integer.magnitude
    var end = count
    repeat {
      end &+= 1
      rest /= 10
    } while rest > 0
    rest = integer.magnitude
    for position in stride(from: end &- 1, through: count, by: -1) {
      base[position] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
    count = end
  }

  /// Appends a byte without a bounds check. The caller has reserved the space.
  @inline(__always)
  mutating func put(_ byte: UInt8) {
    base[count] = byte
    count &+= 1
  }

  /// Appends a literal without a bounds check. The caller has reserved the space.
  @inline(__always)
  mutating func put(_ markup: StaticString) {
    let bytes = markup.utf8CodeUnitCount
    (base + count).update(from: markup.utf8Start, count: bytes)
    count &+= bytes
  }

  /// Reserves space for `bytes` more bytes.
  @inlinable mutating func reserve(_ bytes: Int) {
    if capacity &- count < bytes { grow(by: bytes) }
  }

  @usableFromInline mutating func grow(by bytes: Int) {
    let larger = max(capacity * 2, count + bytes)
    let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    copy.update(from: base, count: count)
    base.deallocate()
    base = copy
    capacity = larger
  }
}
