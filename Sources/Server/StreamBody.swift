import Synchronization

/// A body of unknown length, produced while it is sent.
///
/// With HTTP/1.1 it is chunked (RFC 9112 §7.1); with HTTP/1.0 it ends with the connection.
package struct StreamBody: Sendable {
  let produce: @Sendable (BodyWriter) async throws -> Void

  /// - Parameter produce: writes the body. It runs like a deferred handler, and its task is cancelled when the connection
  ///   closes. If it throws, the connection ends without the last chunk: the peer sees that the body is incomplete.
  package init(_ produce: @escaping @Sendable (BodyWriter) async throws -> Void) { self.produce = produce }
}

/// Hands a producer's pieces to its connection, one at a time.
package final class BodyWriter: Sendable {
  private struct State {
    /// The producer, while its piece is on its way.
    var waiting: CheckedContinuation<Void, any Error>?
    var isClosed = false
  }

  private let state = Mutex(State())
  private let send: @Sendable ([UInt8]) -> Void

  /// - Parameter send: passes a piece to the connection's loop.
  init(send: @escaping @Sendable ([UInt8]) -> Void) { self.send = send }

  /// Sends a piece of any size, and returns when the kernel has taken all of it. One call at a time.
  /// - Throws: `CancellationError` if the connection is closed.
  package func write(_ piece: [UInt8]) async throws {
    guard !piece.isEmpty else { return }  // an empty chunk would end the body
    try await withCheckedThrowingContinuation { continuation in
      let isClosed = state.withLock { state in
        precondition(state.waiting == nil, "A body is written by one task, one piece at a time.")
        if !state.isClosed { state.waiting = continuation }
        return state.isClosed
      }
      if isClosed { continuation.resume(throwing: CancellationError()) } else { send(piece) }
    }
  }

  /// The last piece has gone out: resumes the producer, if it waits.
  func pieceSent() { resume(.success(()), closing: false) }

  /// The connection is closed: the producer's present and later writes throw.
  func close() { resume(.failure(CancellationError()), closing: true) }

  private func resume(_ result: Result<Void, any Error>, closing: Bool) {
    let waiting = state.withLock { state in
      defer { state.waiting = nil }
      if closing { state.isClosed = true }
      return state.waiting
    }
    waiting?.resume(with: result)
  }
}
