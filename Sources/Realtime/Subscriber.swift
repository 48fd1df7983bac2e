#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The destination of a subscriber's bytes: a connection, or a test double.
package protocol Sink: AnyObject {
  /// Bytes in this peer's own queue. They are sent before everything written later.
  var queuedByteCount: Int { get }
  /// Writes at once as much as the socket takes; called only while nothing is queued. After a short write the sink calls
  /// ``FanOut/drained(_:)`` when there is room again.
  /// - Returns: the bytes written.
  func write(_ pieces: UnsafeBufferPointer<iovec>, byteCount: Int) -> Int
  /// Copies bytes into this peer's own queue.
  func queue(_ bytes: UnsafeRawBufferPointer)
  /// All of its replay is queued: what follows is live.
  func caughtUp()
  /// The peer is too slow for messages that may not be dropped: queue nothing more, and close with 4002.
  func closeAsTooSlow()
  /// The peer's replay can't be read now: queue nothing more, and close with 1013 so that it reconnects later.
  func closeAsUnavailable()
}

/// How far a connection may fall behind before messages are dropped or it is closed.
package struct QueueLimits: Sendable {
  package var messages: Int
  package var bytes: Int
  package static let standard = QueueLimits(messages: 1000, bytes: 1 << 20)
  package init(messages: Int, bytes: Int) {
    self.messages = messages
    self.bytes = bytes
  }

  /// The most of a replay that is queued at once. It leaves room for live messages.
  var half: QueueLimits { QueueLimits(messages: max(messages / 2, 1), bytes: bytes / 2) }
}

/// One connection in the fan-out. Lives on its loop, like all of ``FanOut``.
package final class Subscriber {
  package let framing: Framing
  unowned let sink: any Sink
  /// Nil while it has not joined.
  var group: FanOutGroup?
  var indexInGroup = 0
  /// The index of the group's first frame that it has not been sent; nil while it is in step.
  var cursor: Int?
  /// Set while it is sent what it missed; until it has caught up it is in no group.
  var replay: Replay?
  /// Messages and bytes in its own queue, copied there when it fell too far behind or at the end of its replay.
  var owedMessages = 0
  var owedBytes = 0

  package init(framing: Framing, sink: any Sink) {
    self.framing = framing
    self.sink = sink
  }

  /// The progress of a subscriber that resumes after a cursor. A class: a subscriber that has none, as nearly all, needs
  /// no memory for it.
  final class Replay {
    var subscription: Subscription
    /// Everything through this offset is queued or sent.
    var offset: Int
    /// The next messages, if they are at hand.
    var portion: Portion?
    /// The number of the read that is under way for the next messages.
    var read: Int?

    init(subscription: Subscription, offset: Int) {
      self.subscription = subscription
      self.offset = offset
    }

    struct Portion {
      /// The ones from ``next`` on are still to be queued.
      var messages: [PublishedMessage]
      var next = 0
      /// Everything through this offset is among the messages, or not part of the subscription.
      var reached: Int
    }
  }
}
