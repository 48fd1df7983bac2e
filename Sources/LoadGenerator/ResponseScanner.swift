/// Finds the head of an HTTP response in a buffer, and reads the size of the body. Assumes that the server uses
/// `Content-Length`.
package struct ResponseScanner: Equatable {
  package let status: Int
  package let headBytes: Int
  package let bodyBytes: Int

  /// Nil if the head is incomplete.
  package init?(_ bytes: UnsafeRawBufferPointer) {
    guard let end = Self.headEnd(bytes), end >= 16 else { return nil }
    headBytes = end
    status = (9..<12).reduce(0) { $0 * 10 + Int(bytes[$1] & 0x0F) }
    let head = UnsafeRawBufferPointer(rebasing: bytes[..<end])
    bodyBytes = Self.field("content-length", in: head).flatMap { Int($0) } ?? 0
  }

  /// The value of a header field; nil if there is none.
  /// - Parameter name: The name in lower case.
  package static func field(_ name: StaticString, in head: UnsafeRawBufferPointer) -> String? {
    let count = name.utf8CodeUnitCount
    var line = 0
    while line < head.count {
      var end = line
      while end < head.count, head[end] != UInt8(ascii: "\r") { end &+= 1 }
      if end &- line > count, head[line &+ count] == UInt8(ascii: ":"),
        (0..<count).allSatisfy({ head[line &+ $0] | 0x20 == name.utf8Start[$0] })
      {
        let value = head[(line &+ count &+ 1)..<end].drop { $0 == UInt8(ascii: " ") }
        return String(decoding: value, as: UTF8.self)
      }
      line = end &+ 2
    }
    return nil
  }

  private static func headEnd(_ bytes: UnsafeRawBufferPointer) -> Int? {
    var index = 3
    while index < bytes.count {
      // Any other byte than CR and LF can't be part of CRLFCRLF, which then ends four bytes ahead at the earliest.
      let byte = bytes[index]
      if byte == UInt8(ascii: "\n") {
        if bytes[index &- 1] == UInt8(ascii: "\r"), bytes[index &- 2] == UInt8(ascii: "\n"),
          bytes[index &- 3] == UInt8(ascii: "\r")
        {
          return index &+ 1
        }
        index &+= 2
      } else if byte == UInt8(ascii: "\r") {
        index &+= 1
      } else {
        index &+= 4
      }
    }
    return nil
  }
}
