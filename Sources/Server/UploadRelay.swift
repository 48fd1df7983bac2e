import Dispatch
import Synchronization

/// Passes a body from its connection's loop to its sink, which may block on a disk, with back-pressure on the peer.
final class UploadRelay: Sendable {
  private let sink: any BodySink
  private let queue = DispatchQueue(label: "upload")
  private let state = Mutex(State())

  private struct State {
    var waitingBytes = 0
    var hasEnded = false
  }

  /// The most bytes that wait for the disk before reading pauses.
  private static let maxWaitingBytes = 512 * 1024

  init(_ sink: any BodySink) { self.sink = sink }

  /// Queues a piece for the sink.
  /// - Parameter written: called on another thread when little waits any more, or with the error if a write failed.
  /// - Returns: whether there is room for the next piece; if not, wait for `written`.
  func write(_ bytes: [UInt8], written: @escaping @Sendable ((any Error)?) -> Void) -> Bool {
    let hasRoom = state.withLock { state in
      state.waitingBytes += bytes.count
      return state.waitingBytes < Self.maxWaitingBytes
    }
    queue.async { [self] in
      guard !state.withLock({ $0.hasEnded }) else { return }
      var failure: (any Error)?
      do {
        try sink.write(bytes)
      } catch {
        failure = error
        // A later piece would leave a hole, and the body's end may already be queued.
        if end() { sink.abandon() }
      }
      let hasRoomAgain = state.withLock { state in
        state.waitingBytes -= bytes.count
        return state.waitingBytes < Self.maxWaitingBytes / 4
      }
      if failure != nil || hasRoomAgain { written(failure) }
    }
    return hasRoom
  }

  /// Finishes the body behind the pieces that wait.
  func finish(_ finished: @escaping @Sendable (Result<Response, any Error>) -> Void) {
    queue.async { [self] in
      guard end() else { return }
      finished(Result { try sink.finish() })
    }
  }

  /// Ends a body that will never be complete.
  func abandon() {
    queue.async { [self] in
      if end() { sink.abandon() }
    }
  }

  /// - Returns: whether this is the first end.
  private func end() -> Bool {
    state.withLock { state in
      defer { state.hasEnded = true }
      return !state.hasEnded
    }
  }
}
