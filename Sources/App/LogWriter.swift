import Dispatch
import Domain
import Net
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Writes the log's lines on a thread of its own, so that a pipe or a disk that takes nothing stops nobody else.
///
/// A bounded number of bytes waits; lines beyond that are dropped and counted, and their number is told where they would
/// have stood, as soon as there is room.
package final class LogWriter: Sendable {
  private struct State {
    var waiting: [UInt8] = []
    /// Lines dropped behind those that wait, not told yet.
    var droppedInARow = 0
    var dropped = 0
    var isWriting = false
    var isFinished = false

    var isEmpty: Bool { waiting.isEmpty && droppedInARow == 0 }

    /// Lets the number of dropped lines wait where they would have stood.
    mutating func noteDropped(_ format: Log.Format) {
      guard droppedInARow > 0 else { return }
      waiting += format.line(.warning, "log lines dropped", ["lines": .int(droppedInARow)])
      droppedInARow = 0
    }
  }

  private let descriptor: Int32
  private let capacity: Int
  private let format: Log.Format
  private let state = Mutex(State())
  private let news = DispatchSemaphore(value: 0)

  /// - Parameter capacity: how many bytes may wait.
  package init(descriptor: Int32, format: Log.Format, capacity: Int = 1 << 20) {
    self.descriptor = descriptor
    self.format = format
    self.capacity = capacity
    Thread(name: "log") { [self] in run() }.detach()
  }

  /// Takes a line, its end included. Never waits.
  package func append(_ line: [UInt8]) {
    let wakes = state.withLock { state in
      let wasEmpty = state.isEmpty
      guard state.waiting.count + line.count <= capacity else {
        state.dropped += 1
        state.droppedInARow += 1
        return wasEmpty
      }
      state.noteDropped(format)
      state.waiting += line
      return wasEmpty
    }
    if wakes { news.signal() }
  }

  /// How many lines were lost because nobody took them.
  package var droppedLines: Int { state.withLock { $0.dropped } }

  /// Writes what waits and ends the thread; what is not taken in time is lost.
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
        state.noteDropped(format)
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
        // Whoever gave us the descriptor made it not blocking.
        var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&wanted, 1, -1)
      } else if errno != EINTR {
        return  // nobody will ever read it
      }
    }
  }
}
