#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The reading end of a pipe that a child writes to; closed when the object goes. One thread at a time may read.
package final class OutputPipe: Sendable {
  /// For calls that this type doesn't offer, such as `fcntl`. Don't close it.
  package let descriptor: Int32

  /// - Parameter descriptor: closed by this object.
  package init(owning descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Appends what has arrived, at most `count` bytes. Blocks while there is nothing.
  /// - Returns: How many bytes were appended; 0 at the end of the output.
  @discardableResult
  package func read(upTo count: Int, appendingTo bytes: inout [UInt8]) -> Int {
    // Bytes that are overwritten at once need no zeros first.
    let piece = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = systemRead(descriptor, UnsafeMutableRawBufferPointer(buffer))
    }
    bytes += piece
    return piece.count
  }

  /// Reads until all that was read is enough, or to the end of the output. What a child writes here is not bounded.
  package func read(until isEnough: ([UInt8]) -> Bool = { _ in false }) -> [UInt8] {
    var bytes: [UInt8] = []
    while !isEnough(bytes), read(upTo: 65_536, appendingTo: &bytes) > 0 {}
    return bytes
  }

  /// Reads the first line, or all there is if the output ends without one. Discards what arrived behind it.
  package func readLine() -> String {
    let newline = UInt8(ascii: "\n")
    return String(decoding: read { $0.contains(newline) }.prefix { $0 != newline }, as: UTF8.self)
  }

  /// Whether every writer has closed its end and everything was read. Never blocks.
  package var isAtEnd: Bool {
    var output = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&output, 1, 0) == 1 && output.revents & Int16(POLLIN) == 0
  }
}

/// `read(2)` without its interruptions; an error counts as the end.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
  while true {
    let count = read(descriptor, buffer.baseAddress, buffer.count)
    if count >= 0 { return count }
    if errno != EINTR { return 0 }
  }
}
