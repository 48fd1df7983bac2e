// Hot: every response goes through it (`telltale bench http`, `bench echo`).
#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Bytes on their way to one socket. One that has sent little or nothing keeps little memory, or none.
struct OutputQueue {
  private var bytes: [UInt8] = []
  private var head = 0

  var count: Int { bytes.count - head }
  var isEmpty: Bool { bytes.count == head }

  mutating func append(_ more: UnsafeRawBufferPointer) { bytes.append(contentsOf: more) }
  mutating func append(_ more: [UInt8]) { bytes.append(contentsOf: more) }

  /// Lets something write its bytes at the end.
  mutating func append(_ body: (inout [UInt8]) -> Void) { body(&bytes) }

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
    removeAll()
    return .everything
  }

  mutating func removeAll() {
    head = 0
    // A buffer that once held a picture is not kept for the next small answer.
    if bytes.capacity > 16 * 1024 { bytes = [] } else { bytes.removeAll(keepingCapacity: true) }
  }

  private mutating func compact() {
    if head > 64 * 1024 {
      bytes.removeFirst(head)
      head = 0
    }
  }

  #if canImport(Glibc)
    /// A peer that is gone is an error here, not a signal for the process.
    private static let flags = Int32(MSG_NOSIGNAL)
  #else
    private static let flags: Int32 = 0
  #endif
}
