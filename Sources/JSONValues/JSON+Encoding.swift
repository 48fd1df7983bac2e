extension JSON {
  /// Compact JSON.
  package func encoded() -> [UInt8] {
    var writer = JSONWriter()
    write(to: &writer)
    return writer.finish()
  }

  /// Compact JSON for an HTML `<script>`. Escapes `<`, so that no string can end the element, and the two line
  /// separators that old JavaScript forbids in strings.
  package func encodedForScript() -> [UInt8] {
    // These characters occur only in strings, so it is safe to rewrite the encoded bytes.
    let plain = encoded()
    var safe: [UInt8] = []
    safe.reserveCapacity(plain.count + plain.count / 16)
    var index = 0
    while index < plain.count {
      if plain[index] == UInt8(ascii: "<") {
        safe.append(contentsOf: "\\u003c".utf8)
        index += 1
      } else if plain[index...].starts(with: [0xE2, 0x80, 0xA8]) || plain[index...].starts(with: [0xE2, 0x80, 0xA9]) {
        safe.append(contentsOf: plain[index + 2] == 0xA8 ? "\\u2028".utf8 : "\\u2029".utf8)
        index += 3
      } else {
        safe.append(plain[index])
        index += 1
      }
    }
    return safe
  }

  /// Whether the compact JSON has at most this many bytes. Encodes the value only if an estimate can't tell.
  package func isEncoded(within limit: Int) -> Bool { maxEncodedCount <= limit || encoded().count <= limit }

  /// An upper bound for the size of the compact JSON, in bytes.
  fileprivate var maxEncodedCount: Int {
    switch self {
    case .null, .bool: 5
    case .int: 20
    case .double: 24
    // A control character takes six bytes.
    case .string(let value): 6 * value.utf8.count + 2
    case .array(let elements): elements.reduce(2) { $0 + $1.maxEncodedCount + 1 }
    case .object(let object): object.maxEncodedCount
    }
  }

  package func write(to writer: inout JSONWriter) {
    switch self {
    case .null: writer.null()
    case .bool(let value): writer.value(value)
    case .int(let value): writer.value(value)
    case .double(let value): writer.value(value)
    case .string(let value): writer.value(value)
    case .array(let elements):
      writer.beginArray()
      for element in elements { element.write(to: &writer) }
      writer.endArray()
    case .object(let object): object.write(to: &writer)
    }
  }
}

extension JSONObject {
  /// An upper bound for the size of the compact JSON, in bytes.
  package var maxEncodedCount: Int {
    members.reduce(2) { $0 + 6 * $1.key.utf8.count + 4 + $1.value.maxEncodedCount }
  }

  package func write(to writer: inout JSONWriter) {
    writer.beginObject()
    for member in members { writer.member(member.key, value: member.value) }
    writer.endObject()
  }
}
