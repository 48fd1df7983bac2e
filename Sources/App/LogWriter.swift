import Dispatch
import Domain
import Net
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Writes the log's lines on a separate thread, so that a blocked pipe or disk stops no other thread.
///
/// The buffer is bounded. Lines that don't fit are dropped, and a line with their number takes their place as soon as there
/// is space.
package final class LogWriter: Sendable {
  private struct State {
    var waiting: [UInt8] = []
    /// Lines that were dropped after the waiting ones and are not reported yet.
    var unreportedDrops = 0
    var dropped = 0
    var isWriting = false
    var isFinished = false

    var isEmpty: Bool { waiting.isEmpty && unreportedDrops == 0 }

    /// Appends a line with the number of dropped lines in their place.
    mutating func appendDroppedCount(_ format: Log.Format) {
      guard unreportedDrops > 0 else { return }
      waiting += format.line(.warning, "log lines dropped", values: ["lines": .int(unreportedDrops)])
      unreportedDrops = 0
    }
  }

  private let descriptor: Int32
  private let capacity: Int
  private let format: Log.Format
  private let state = Mutex(State())
  private let news = DispatchSemaphore(value: 0)

  /// - Parameter capacity: the size of the buffer in bytes.
  package init(descriptor: Int32, format: Log.Format, capacity: Int = 1 << 20) {
    self.descriptor = descriptor
    self.format = format
    self.capacity = capacity
    Thread(name: "log") { [self] in run() }.detach()
  }

  /// Enqueues a line, including its line feed. Never waits.
  package func append(_ line: [UInt8]) {
    let wakes = state.withLock { state in
      let wasEmpty = state.isEmpty
      guard state.waiting.count + line.count <= capacity else {
        state.dropped += 1
        state.unreportedDrops += 1
        return wasEmpty
      }
      state.appendDroppedCount(format)
      state.waiting += line
      return wasEmpty
    }
    if wakes { news.signal() }
  }

  /// The number of lines that were dropped.
  package var droppedLines: Int { state.withLock { $0.dropped } }

  /// Writes the waiting lines and ends the thread. Lines that can't be written in time are lost.
  package func finish(patience: Milliseconds) {
    state.withLock { $0.isFinished = true }
    news.signal()
    let end = Milliseconds.monotonic() + patience
    while state.withLock({ !$0.isEmpty || $0.isWriting }), Milliseconds.monotonic() < end { usleep(1_000) }
  }

  private func run() {
    while true {
      news.wait()
      let (lines, isFinished) = state.withLock { state in
        state.isWriting = true
        state.appendDroppedCount(format)
        defer { state.waiting = [] }
        return (state.waiting, state.isFinished)
      }
      writeAll(lines)
      state.withLock { $0.isWriting = false }
      if isFinished { return }
    }
  }

  private func writeAll(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        // The descriptor is non-blocking; that was the parent's choice.
        var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&wanted, 1, -1)
      } else if errno != EINTR {
        return  // the reader is gone
      }
    }
  }
}
