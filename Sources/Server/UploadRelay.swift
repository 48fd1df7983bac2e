import Dispatch
import Synchronization

/// Carries a body from its connection's loop to its sink, which may wait for a disk, and holds the peer back meanwhile.
final class UploadRelay: Sendable {
  private let sink: any BodySink
  private let queue = DispatchQueue(label: "upload")
  private let state = Mutex(State())

  private struct State {
    var waitingBytes = 0
    var hasEnded = false
  }

  /// How much may wait for the disk before the peer is held back.
  private static let maxWaitingBytes = 512 * 1024

  init(_ sink: any BodySink) { self.sink = sink }

  /// Hands a piece on.
  /// - Parameter written: called from another thread once it is written, or with why it could not be.
  /// - Returns: whether more may come right away; if not, wait for `written`.
  func write(_ bytes: [UInt8], _ written: @escaping @Sendable ((any Error)?) -> Void) -> Bool {
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
        // What waits behind it would leave a hole, and the end of the body may wait there already.
        if end() { sink.abandon() }
      }
      let isLast = state.withLock { state in
        state.waitingBytes -= bytes.count
        return state.waitingBytes < Self.maxWaitingBytes / 4
      }
      if failure != nil || isLast { written(failure) }
    }
    return hasRoom
  }

  /// The body is complete, once what waits is written.
  func finish(_ finished: @escaping @Sendable (Result<Response, any Error>) -> Void) {
    queue.async { [self] in
      guard end() else { return }
      finished(Result { try sink.finish() })
    }
  }

  /// The body will never be complete.
  func abandon() {
    queue.async { [self] in
      if end() { sink.abandon() }
    }
  }

  /// - Returns: whether it had not ended before.
  private func end() -> Bool {
    state.withLock { state in
      defer { state.hasEnded = true }
      return !state.hasEnded
    }
  }
}
