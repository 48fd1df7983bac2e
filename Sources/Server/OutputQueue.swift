// Hot: every response goes through it (`telltale bench http`, `bench echo`).
#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Bytes to be written to one socket. The loop lends its memory: a connection with nothing to send holds none.
struct OutputQueue {
  private var bytes: [UInt8] = []
  private var head = 0

  var count: Int { bytes.count - head }
  var isEmpty: Bool { bytes.count == head }

  /// Borrows an empty array's memory. Only while the queue is empty.
  mutating func borrow(_ buffer: consuming [UInt8]) { bytes = buffer }

  /// Returns the memory of the empty queue; nil if there is none, or too much to keep for small answers.
  mutating func returnBuffer() -> [UInt8]? {
    var buffer: [UInt8] = []
    swap(&buffer, &bytes)
    head = 0
    guard buffer.capacity > 0, buffer.capacity <= Self.maxSpareBytes else { return nil }
    buffer.removeAll(keepingCapacity: true)
    return buffer
  }

  /// Lets `body` append its bytes.
  mutating func append<Failure>(_ body: (inout [UInt8]) throws(Failure) -> Void) throws(Failure) { try body(&bytes) }

  enum Flushed { case everything, some, broken }

  /// Writes until the queue is empty or the kernel's buffer is full.
  mutating func flush(to socket: Int32) -> Flushed {
    while !isEmpty {
      let written = bytes.withUnsafeBytes { all in
        send(socket, all.baseAddress! + head, all.count - head, Self.flags)  // not empty
      }
      if written > 0 {
        head += written
      } else if errno == EAGAIN {
        compact()
        return .some
      } else if errno != EINTR {
        return .broken
      }
    }
    return .everything
  }

  private mutating func compact() {
    if head > 64 * 1024 {
      bytes.removeFirst(head)
      head = 0
    }
  }

  private static let maxSpareBytes = 64 * 1024

  #if canImport(Glibc)
    /// Makes a broken connection an error instead of a signal that ends the process.
    private static let flags = Int32(MSG_NOSIGNAL)
  #else
    private static let flags: Int32 = 0
  #endif
}
