// Hot style: every published message is encoded here once. A message of 300 bytes must take well under a microsecond,
// which needs a raw buffer (an inout struct over [UInt8] took 2.5 times as long).

/// Writes JSON as bytes and inserts the commas.
///
///     var writer = JSONWriter()
///     writer.beginObject()
///     writer.member("type", value: "progress")
///     writer.key("payload")
///     payload.write(to: &writer)
///     writer.endObject()
///     let bytes = writer.finish()
package struct JSONWriter: ~Copyable {
  private var base: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  /// The number of bytes written so far.
  package private(set) var count = 0
  private var needsComma = false

  package init(capacity: Int = 512) {
    self.capacity = max(capacity, 32)
    base = .allocate(capacity: self.capacity)
  }

  deinit { base.deallocate() }

  /// Returns the bytes and empties the writer, which keeps its memory for the next value.
  package mutating func finish() -> [UInt8] {
    let bytes = Array(UnsafeBufferPointer(start: base, count: count))
    removeAll()
    return bytes
  }

  /// Passes the bytes to `body` without copying them.
  package borrowing func withBytes<R: ~Copyable, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
    try body(UnsafeRawBufferPointer(start: base, count: count).bytes)
  }

  package mutating func removeAll() {
    count = 0
    needsComma = false
  }

  // MARK: Structure

  package mutating func beginObject() { open(UInt8(ascii: "{")) }
  package mutating func endObject() { close(UInt8(ascii: "}")) }

  /// Begins an object with the members of one that is already JSON.
  /// - Precondition: `json` is a single object with at least one member.
  package mutating func beginObject(continuing json: [UInt8]) {
    separate()
    json.dropLast().withUnsafeBufferPointer { append($0) }
  }

  package mutating func beginArray() { open(UInt8(ascii: "[")) }
  package mutating func endArray() { close(UInt8(ascii: "]")) }

  package mutating func key(_ name: String) {
    separate()
    writeQuoted(name)
    append(UInt8(ascii: ":"))
    needsComma = false
  }

  /// The same for a key that needs no escapes.
  package mutating func key(plain name: StaticString) {
    separate()
    append(UInt8(ascii: "\""))
    append(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    append(UInt8(ascii: "\""))
    append(UInt8(ascii: ":"))
    needsComma = false
  }

  // MARK: Values

  package mutating func null() {
    separate()
    append("null")
  }

  package mutating func value(_ value: Bool) {
    separate()
    append(value ? "true" : "false")
  }

  package mutating func value(_ value: Int) {
    separate()
    writeDigits(value)
  }

  /// Writes the shortest form that parses to the same double. Like `JSON.stringify`, writes integers without `.0`, and
  /// not-a-number and infinity as `null`.
  package mutating func value(_ value: Double) {
    guard value.isFinite else { return null() }
    separate()
    if let whole = value.wholeNumber {
      writeDigits(whole)
    } else {
      append(value.description)
    }
  }

  package mutating func value(_ value: String) {
    separate()
    writeQuoted(value)
  }

  // MARK: Strings of pieces

  // A string that needs no escapes, piece by piece: `beginText`, the pieces, `endText`. The caller knows that no piece has
  // a control character, a quote or a backslash.

  package mutating func beginText() {
    separate()
    append(UInt8(ascii: "\""))
  }

  package mutating func text(_ piece: String) { append(piece) }
  package mutating func text(_ piece: [UInt8]) { piece.withUnsafeBufferPointer { append($0) } }
  package mutating func text(_ number: Int) { writeDigits(number) }
  package mutating func endText() { append(UInt8(ascii: "\"")) }

  /// Copies a value that is already JSON.
  /// - Precondition: `json` is a single valid value.
  package mutating func raw(_ json: [UInt8]) {
    separate()
    json.withUnsafeBufferPointer { append($0) }
  }

  package mutating func member(_ name: String, value: String) {
    key(name)
    self.value(value)
  }

  package mutating func member(_ name: String, value: Int) {
    key(name)
    self.value(value)
  }

  package mutating func member(_ name: String, value: Double) {
    key(name)
    self.value(value)
  }

  package mutating func member(_ name: String, value: Bool) {
    key(name)
    self.value(value)
  }

  package mutating func member(_ name: String, value: JSON) {
    key(name)
    value.write(to: &self)
  }

  // MARK: Bytes

  private mutating func open(_ bracket: UInt8) {
    separate()
    append(bracket)
    needsComma = false
  }

  private mutating func close(_ bracket: UInt8) {
    append(bracket)
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { append(UInt8(ascii: ",")) }
    needsComma = true
  }

  @inline(__always)
  private mutating func reserve(bytes: Int) {
    if capacity - count < bytes { grow(by: bytes) }
  }

  @inline(never)
  private mutating func grow(by bytes: Int) {
    let larger = max(capacity * 2, count + bytes)
    let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    moved.moveInitialize(from: base, count: count)
    base.deallocate()
    base = moved
    capacity = larger
  }

  @inline(__always)
  private mutating func append(_ byte: UInt8) {
    reserve(bytes: 1)
    base[count] = byte
    count &+= 1
  }

  private mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let start = bytes.baseAddress else { return }
    reserve(bytes: bytes.count)
    (base + count).initialize(from: start, count: bytes.count)
    count &+= bytes.count
  }

  private mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { append($0) }
  }

  private mutating func writeDigits(_ value: Int) {
    // 19 digits plus the sign.
    reserve(bytes: 20)
    if value < 0 {
      base[count] = UInt8(ascii: "-")
      count &+= 1
    }
    var rest = value.magnitude
    var digits = 1
    var power: UInt = 10
    while digits < 19, rest >= power {
      digits &+= 1
      power = power &* 10
    }
    var position = count &+ digits
    count = position
    repeat {
      position &-= 1
      base[position] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
  }

  private mutating func writeQuoted(_ text: String) {
    var text = text
    text.withUTF8 { writeQuoted($0) }
  }

  private mutating func writeQuoted(_ text: UnsafeBufferPointer<UInt8>) {
    append(UInt8(ascii: "\""))
    let plainCount = Self.plainPrefixCount(text)
    append(UnsafeBufferPointer(rebasing: text[..<plainCount]))
    var rest = text[plainCount...]
    while !rest.isEmpty {
      writeEscaped(UnsafeBufferPointer(rebasing: rest.prefix(1_024)))
      rest = rest.dropFirst(1_024)
    }
    append(UInt8(ascii: "\""))
  }

  /// How many bytes at the beginning of a text need no escapes, counted in words: the bytes behind may need none either.
  private static func plainPrefixCount(_ text: UnsafeBufferPointer<UInt8>) -> Int {
    let bytes = UnsafeRawBufferPointer(text)
    var count = 0
    while count &+ 8 <= bytes.count,
      !bytes.loadUnaligned(fromByteOffset: count, as: UInt64.self).hasJSONSpecialByte
    {
      count &+= 8
    }
    return count
  }

  /// - Parameter text: A short piece. Reserves six bytes for each byte (`\u001f`), so that the loop needs no bounds
  ///   check.
  private mutating func writeEscaped(_ text: UnsafeBufferPointer<UInt8>) {
    reserve(bytes: text.count * 6)
    var output = base + count
    for byte in text {
      if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
        output.pointee = byte
        output += 1
      } else {
        output = Self.writeEscape(of: byte, to: output)
      }
    }
    count = output - base
  }

  private static func writeEscape(of byte: UInt8, to output: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>
  {
    output[0] = UInt8(ascii: "\\")
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): output[1] = byte
    case 0x08: output[1] = UInt8(ascii: "b")
    case 0x09: output[1] = UInt8(ascii: "t")
    case 0x0A: output[1] = UInt8(ascii: "n")
    case 0x0C: output[1] = UInt8(ascii: "f")
    case 0x0D: output[1] = UInt8(ascii: "r")
    default:
      let digits: StaticString = "0123456789abcdef"
      output[1] = UInt8(ascii: "u")
      output[2] = UInt8(ascii: "0")
      output[3] = UInt8(ascii: "0")
      output[4] = digits.utf8Start[Int(byte >> 4)]
      output[5] = digits.utf8Start[Int(byte & 15)]
      return output + 6
    }
    return output + 2
  }
}
