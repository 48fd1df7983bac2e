// Hot style: an event is put into a chunk once, for all clients of a loop that read chunks.

/// Writes a body in chunks (RFC 9112 §7.1).
package enum ChunkWriter {
  /// Appends one chunk that contains the bytes that `write` appends; nothing if it appends none, because an empty chunk
  /// would end the body.
  package static func append(to output: inout [UInt8], _ write: (inout [UInt8]) -> Void) {
    let start = output.count
    write(&output)
    let count = output.count - start
    guard count > 0 else { return }
    output.insert(contentsOf: sizeLine(count), at: start)
    output.append(.cr)
    output.append(.lf)
  }

  /// Appends the empty chunk that ends the body.
  package static func appendEnd(to output: inout [UInt8]) { output.append(contentsOf: "0\r\n\r\n".utf8) }

  private static func sizeLine(_ count: Int) -> [UInt8] {
    var line: [UInt8] = []
    var shift = (Int.bitWidth - count.leadingZeroBitCount - 1) / 4 * 4
    while shift >= 0 {
      let digit = UInt8(count >> shift & 0xF)
      line.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      shift -= 4
    }
    line.append(.cr)
    line.append(.lf)
    return line
  }
}
