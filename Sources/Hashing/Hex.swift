/// Two lowercase hexadecimal digits a byte.
package func hex(_ bytes: some Collection<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(unsafeUninitializedCapacity: bytes.count * 2) { output in
    var index = 0
    for byte in bytes {
      output[index] = digits[Int(byte >> 4)]
      output[index + 1] = digits[Int(byte & 15)]
      index += 2
    }
    return index
  }
}

/// The bytes that ``hex(_:)`` wrote; nil for anything else.
package func bytes(hex text: String) -> [UInt8]? {
  func value(of digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
  let digits = Array(text.utf8)
  guard digits.count.isMultiple(of: 2) else { return nil }
  var bytes: [UInt8] = []
  bytes.reserveCapacity(digits.count / 2)
  for index in stride(from: 0, to: digits.count, by: 2) {
    guard let high = value(of: digits[index]), let low = value(of: digits[index + 1]) else { return nil }
    bytes.append(high << 4 | low)
  }
  return bytes
}
