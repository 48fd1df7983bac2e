import Net
import Wire

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The application's part of one loop's streams. It stays on that loop.
package protocol StreamService: AnyObject {
  /// Opens a stream for a client and returns its handler.
  /// - Throws: for an event stream, the refusal. Refuse a WebSocket by opening it and closing it with a code, because a
  ///   page can't see why a handshake failed.
  func open(_ request: Request, _ stream: Stream) throws -> any StreamHandler
  /// Called at the end of every turn of the loop: the place for one write a connection.
  /// - Returns: the most milliseconds until the next turn; nil if the next event is soon enough.
  func turnEnded() -> Milliseconds?
}

/// The application's side of one stream. Called on its loop only.
package protocol StreamHandler: AnyObject {
  /// The stream is open: output may be queued.
  func opened()
  /// A whole text message arrived (WebSocket only).
  func received(_ text: [UInt8])
  /// A whole binary message arrived (WebSocket only). A handler without a use for it closes with 1003.
  func received(binary: [UInt8])
  /// The queue is empty and the kernel has room again.
  func drained()
  /// The client has sent something, even just part of a message or a control frame (WebSocket only). Called once per
  /// read.
  func heard()
  /// Called a few times a second: the place for heartbeats. `now` is in milliseconds of the loop's clock.
  func tick(_ now: Milliseconds)
  /// The server is about to stop: close the stream.
  func drain()
  /// The stream is closed. Nothing is called after this.
  func closed()
}

extension StreamHandler {
  package func heard() {}
}

/// An open WebSocket or event stream, for its handler. It stays on its loop.
package final class Stream {
  package enum Kind: Equatable, Sendable {
    case webSocket
    /// - Parameter isChunked: whether the body is chunked (see ``ChunkWriter``). With HTTP/1.0 it isn't, and ends with
    ///   the connection.
    case events(isChunked: Bool)
  }

  package let kind: Kind
  /// The compression that was negotiated, if any.
  package let deflate: PermessageDeflate?
  /// Holds the handler, which holds this: the cycle ends when the connection closes.
  private let connection: Connection

  init(kind: Kind, deflate: PermessageDeflate? = nil, connection: Connection) {
    self.kind = kind
    self.deflate = deflate
    self.connection = connection
  }

  /// Milliseconds of the loop's clock.
  package var now: Milliseconds { connection.worker.reactor.now }

  /// Bytes that the kernel has not taken yet.
  package var queuedByteCount: Int { connection.queuedByteCount }

  /// Queues framed bytes, which are written at the end of the turn. Ignored once the stream is closing.
  package func queue(_ bytes: UnsafeRawBufferPointer) { if connection.isStream { connection.enqueue(bytes) } }

  /// Queues a text message for a WebSocket, and frames it in the queue. Ignored for event streams.
  package func queue(text payload: [UInt8]) {
    guard kind == .webSocket, connection.isStream else { return }
    connection.enqueue { WebSocketFrame.append(.text, payload: payload, to: &$0) }
  }

  /// Queues events or comments for this peer alone, and frames them.
  package func queue(events bytes: [UInt8]) {
    guard kind == .events(isChunked: true) else { return bytes.withUnsafeBytes(queue) }
    var chunk: [UInt8] = []
    ChunkWriter.append(to: &chunk) { $0 += bytes }
    chunk.withUnsafeBytes(queue)
  }

  /// Writes framed pieces at once, past the queue, which must be empty.
  /// - Returns: the bytes that the kernel took. If they are fewer than given, ``StreamHandler/drained()`` follows.
  package func write(_ pieces: UnsafeBufferPointer<iovec>, byteCount: Int) -> Int {
    connection.isStream ? connection.writeThrough(pieces, byteCount: byteCount) : byteCount
  }

  /// Closes after everything that is queued. An event stream has no code: it just ends, after a `retry` field if the
  /// code is ``CloseCode/serviceRestart``.
  package func close(_ code: CloseCode, reason: String) { connection.closeStream(code, reason: reason) }
}

/// Handles a stream that was requested while the server stops: tells the client to reconnect.
///
/// An error response would not do: by the HTML standard it is final for an EventSource, and a page can't tell why a
/// WebSocket's handshake failed.
final class RestartNotice: StreamHandler {
  private let stream: Stream

  init(_ stream: Stream) { self.stream = stream }

  func opened() { stream.close(.serviceRestart, reason: ServerError.draining.description) }
  func received(_ text: [UInt8]) {}
  func received(binary: [UInt8]) {}
  func drained() {}
  func tick(_ now: Milliseconds) {}
  func drain() {}
  func closed() {}
}
