#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where a subscriber's bytes go: a connection, or a test's idea of one.
package protocol Sink: AnyObject {
  /// Bytes queued for this peer alone that it has not taken yet. They go ahead of everything written later.
  var queuedByteCount: Int { get }
  /// Writes at once what the peer takes; called only while nothing is queued. After a short write the sink tells
  /// ``FanOut/drained(_:)`` when there is room again.
  /// - Returns: the bytes taken.
  func write(_ pieces: UnsafeBufferPointer<iovec>, byteCount: Int) -> Int
  /// Queues a copy of bytes for this peer alone.
  func queue(_ bytes: UnsafeRawBufferPointer)
  /// All of its replay is queued: what comes next is live.
  func caughtUp()
  /// The peer is too slow for what may not be dropped: queue nothing more, close with 4002.
  func closeAsTooSlow()
  /// What the peer missed can't be read just now: queue nothing more, close so that it comes back (1013).
  func closeAsUnavailable()
}

/// How much a connection may fall behind before something is dropped or it is closed.
package struct QueueLimits: Sendable {
  package var messages: Int
  package var bytes: Int
  package static let standard = QueueLimits(messages: 1000, bytes: 1 << 20)
  package init(messages: Int, bytes: Int) {
    self.messages = messages
    self.bytes = bytes
  }

  /// What of a replay is queued at once: behind it there must be room for what is live.
  var half: QueueLimits { QueueLimits(messages: max(messages / 2, 1), bytes: bytes / 2) }
}

/// One connection's place in the fan-out. Lives on one loop, as all of ``FanOut`` does.
package final class Subscriber {
  package let framing: Framing
  unowned let sink: any Sink
  /// Nil while it is not subscribed.
  var group: FanOutGroup?
  var indexInGroup = 0
  /// The index of the group's first frame that it has not been sent; nil while it is in step.
  var cursor: Int?
  /// Set while it is sent what it missed before it came: until it has caught up it is in no group.
  var replay: Replay?
  /// Messages and bytes that were copied into its own queue when it fell too far behind, or as the end of its replay,
  /// until that is empty.
  var owedMessages = 0
  var owedBytes = 0

  package init(framing: Framing, sink: any Sink) {
    self.framing = framing
    self.sink = sink
  }

  /// How far a subscriber has come that goes on after a cursor.
  struct Replay {
    var subscription: Subscription
    /// Everything up to this offset is in its queue or sent.
    var offset: Int
    /// What comes next, as far as that is at hand already.
    var portion: Portion?
    /// The read under way for what comes next; see ``HistoryReader``.
    var read: Int?

    struct Portion {
      /// Those from ``next`` on are still to be queued.
      var messages: [PublishedMessage]
      var next = 0
      /// Everything up to this offset is among the messages, or not wanted.
      var reached: Int
    }
  }
}
