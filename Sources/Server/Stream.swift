import Net
import Wire

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The loop's half of whoever speaks through streams: one an event loop, never leaving it.
package protocol StreamService: AnyObject {
  /// A client asks for a stream. What it returns hears everything that follows.
  /// - Throws: for events, the answer instead of a stream; for a WebSocket, prefer to open it and close it with a code,
  ///   because a page can't see why a handshake failed.
  func open(_ request: Request, _ stream: Stream) throws -> any StreamHandler
  /// At the end of every turn of the loop: the place for one write a connection.
  /// - Returns: in how many milliseconds there shall be another turn at the latest; nil where the next event is soon enough.
  func turnEnded() -> Milliseconds?
}

/// One client of a stream. Called on its loop only.
package protocol StreamHandler: AnyObject {
  /// The stream is open; what is sent from now on arrives.
  func opened()
  /// A whole text message of the client (WebSocket only).
  func received(_ text: [UInt8])
  /// A whole binary message of the client (WebSocket only). Whoever has no use for one closes with 1003.
  func received(binary: [UInt8])
  /// Everything queued has gone out, and there is room again.
  func drained()
  /// A few times a second: the place for heartbeats. `now` is in milliseconds of the loop's clock.
  func tick(_ now: Milliseconds)
  /// The server is about to stop: say so and close.
  func drain()
  /// The stream is gone. Nothing is called after this.
  func closed()
}

/// An open WebSocket or event stream as its handler sees it. Lives on one loop.
package final class Stream {
  package enum Kind: Sendable { case webSocket, events }

  package let kind: Kind
  /// The compression that was agreed on, if any.
  package let deflate: PermessageDeflate?
  /// Which holds the handler that holds this: the circle ends when the connection closes.
  private let connection: Connection

  init(kind: Kind, deflate: PermessageDeflate? = nil, connection: Connection) {
    self.kind = kind
    self.deflate = deflate
    self.connection = connection
  }

  /// Milliseconds of the loop's clock.
  package var now: Milliseconds { connection.worker.reactor.now }

  /// Bytes that the client has not taken yet.
  package var queuedByteCount: Int { connection.queuedByteCount }

  /// Queues bytes that are framed already; they leave at the end of the turn at the latest.
  /// Behind a goodbye nothing follows.
  package func queue(_ bytes: UnsafeRawBufferPointer) { if connection.isStream { connection.enqueue(bytes) } }

  /// Writes framed pieces at once, past the queue, which must be empty.
  /// - Returns: the bytes that the kernel took. Where it is fewer than given, ``StreamHandler/drained()`` follows.
  package func write(_ pieces: UnsafeBufferPointer<iovec>, byteCount: Int) -> Int {
    connection.isStream ? connection.writeThrough(pieces, byteCount: byteCount) : byteCount
  }

  /// Says goodbye and closes once everything queued has gone out. For events the connection just ends.
  package func close(_ code: CloseCode, reason: String) { connection.closeStream(code, reason: reason) }
}
