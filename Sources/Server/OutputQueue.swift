// Hot: every response goes through it (`telltale bench http`, `bench echo`).
#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Bytes on their way to one socket. Its memory is lent by the loop while there is something to send: a connection that
/// has nothing to say holds none.
struct OutputQueue {
  private var bytes: [UInt8] = []
  private var head = 0

  var count: Int { bytes.count - head }
  var isEmpty: Bool { bytes.count == head }

  /// Borrows an empty array's memory. Only while the queue is empty.
  mutating func use(_ buffer: consuming [UInt8]) { bytes = buffer }

  /// The memory of the empty queue, for somebody else to use; nil where it is too large to be kept for small answers.
  mutating func giveBack() -> [UInt8]? {
    var buffer: [UInt8] = []
    swap(&buffer, &bytes)
    head = 0
    guard buffer.capacity > 0, buffer.capacity <= Self.maxSpareBytes else { return nil }
    buffer.removeAll(keepingCapacity: true)
    return buffer
  }

  /// Lets something write its bytes at the end.
  mutating func append<Failure>(_ body: (inout [UInt8]) throws(Failure) -> Void) throws(Failure) { try body(&bytes) }

  enum Flushed { case everything, some, broken }

  /// Writes until it is empty or the kernel takes no more.
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
    /// A peer that is gone is an error here, not a signal for the process.
    private static let flags = Int32(MSG_NOSIGNAL)
  #else
    private static let flags: Int32 = 0
  #endif
}
