import Domain
import Synchronization

/// Hands messages to every event loop to fan out, and keeps the newest numbered ones for clients that resume.
///
/// Numbered messages come from the journal, stored; unnumbered ones come straight from their publisher. Safe to call from
/// any thread: under its lock it only appends, so that no publisher waits for a socket.
package final class EventHub: Sendable {
  /// One event loop that fans out; see ``FanOut``.
  package struct Reader: Sendable {
    fileprivate let index: Int
  }

  /// What a reader receives at once.
  struct Delivery {
    /// Everything broadcast since the last drain, in order.
    var messages: [PublishedMessage]
    /// More numbered messages came since the last drain than are kept, so that this reader did not get them.
    var hasLost: Bool
    /// The newest offset as of this drain.
    var newestOffset: Int
  }

  private struct State {
    var window: ReplayWindow
    /// By the index of their reader; nil for a reader that has detached.
    var inboxes: [Inbox?] = []
    var statistics = Statistics()
  }

  /// The messages for a reader since its last drain.
  private struct Inbox {
    let wake: @Sendable () -> Void
    var messages: [PublishedMessage] = []
    var numberedCount = 0
    var hasLost = false

    /// Only the first message since the last drain wakes the reader.
    var wakeIfEmpty: (@Sendable () -> Void)? { messages.isEmpty && !hasLost ? wake : nil }

    /// Appends a message, unless there are too many. A reader that falls behind by more numbered messages than the
    /// window keeps gets none of them: its subscribers have to resume from their cursors, and meanwhile its inbox must
    /// not grow without a bound.
    mutating func append(_ more: [PublishedMessage], windowCapacity: Int, dropped: inout [MessageType: Int]) {
      for message in more { append(message, windowCapacity: windowCapacity, dropped: &dropped) }
    }

    private mutating func append(
      _ message: PublishedMessage, windowCapacity: Int, dropped: inout [MessageType: Int]
    ) {
      guard message.position != nil else {
        guard !hasLost, messages.count < EventHub.maxWaiting else {
          dropped[message.type, default: 0] += 1
          return
        }
        return messages.append(message)
      }
      guard !hasLost else { return }
      guard numberedCount < windowCapacity else {
        for lost in messages where lost.position == nil { dropped[lost.type, default: 0] += 1 }
        messages = []
        hasLost = true
        return
      }
      numberedCount += 1
      messages.append(message)
    }
  }

  /// Counts since the hub was made.
  package struct Statistics: Sendable {
    package var published: [MessageType: Int] = [:]
    /// Unnumbered messages that a loop never received because it was too far behind.
    package var dropped: [MessageType: Int] = [:]
    /// Messages that wait for a loop.
    package var waiting = 0

    /// Counts messages by their type, with one look-up for each run of the same type.
    fileprivate mutating func count(_ messages: [PublishedMessage]) {
      var start = 0
      while start < messages.count {
        let type = messages[start].type
        var end = start + 1
        while end < messages.count, messages[end].type == type { end += 1 }
        if !type.isInternal { published[type, default: 0] += end - start }
        start = end
      }
    }
  }

  /// The epoch of the hub's offsets.
  package let epoch: String
  /// Reads messages that the window no longer keeps; nil if nothing else keeps them.
  let history: History?
  private let state: Mutex<State>

  /// How many unnumbered messages may wait for a stalled loop; the rest is dropped.
  private static let maxWaiting = 100_000

  /// - Parameters:
  ///   - offset: the newest offset of this epoch.
  ///   - windowCapacity: how many numbered messages are kept for clients that resume.
  ///   - windowBytes: how many bytes of such messages are kept.
  ///   - history: reads older ones; nil if nothing keeps them.
  package init(
    epoch: String, after offset: Int = 0, windowCapacity: Int = 10_000, windowBytes: Int = 32 << 20,
    history: History? = nil
  ) {
    self.epoch = epoch
    self.history = history
    state = Mutex(State(window: ReplayWindow(capacity: windowCapacity, maxBytes: windowBytes, after: offset)))
  }

  /// Sends an unnumbered message to every subscriber of the topic, ahead of messages that wait to be stored.
  package func tell(_ message: RealtimeMessage, to topic: Topic) {
    precondition(!message.type.hasPosition, "\(message.type) messages have to be stored before they are sent")
    broadcast([PublishedMessage(message, topic: topic)])
  }

  /// Makes messages visible to every subscriber of their topics, all of them at once.
  /// - Precondition: the numbered ones continue the line: each has the offset after the newest one's.
  package func broadcast(_ messages: [PublishedMessage]) {
    guard !messages.isEmpty else { return }
    let wakers = state.withLock { state in
      let wakers = state.inboxes.compactMap { $0?.wakeIfEmpty }
      for message in messages {
        guard let position = message.position else { continue }
        precondition(position.offset == state.window.newestOffset + 1 && position.epoch == epoch)
        state.window.append(message)
      }
      state.statistics.count(messages)
      // Internal ones too: a loop's position moves on with them.
      for index in state.inboxes.indices {
        state.inboxes[index]?.append(
          messages, windowCapacity: state.window.capacity, dropped: &state.statistics.dropped)
      }
      return wakers
    }
    wakers.forEach { $0() }
  }

  /// The position of the newest numbered message.
  package var position: StreamPosition {
    StreamPosition(epoch: epoch, offset: state.withLock { $0.window.newestOffset })
  }

  package var statistics: Statistics {
    state.withLock { state in
      var statistics = state.statistics
      statistics.waiting = state.inboxes.reduce(0) { $0 + ($1?.messages.count ?? 0) }
      return statistics
    }
  }

  // MARK: Readers

  /// Adds a reader, which receives everything from now on.
  /// - Parameter wake: called on the publisher's thread when the first message since the last drain arrives.
  package func attach(wake: @escaping @Sendable () -> Void) -> Reader {
    state.withLock { state in
      let index = state.inboxes.firstIndex { $0 == nil } ?? state.inboxes.count
      if index == state.inboxes.count { state.inboxes.append(nil) }
      state.inboxes[index] = Inbox(wake: wake)
      return Reader(index: index)
    }
  }

  /// Removes a reader. It may not drain any more.
  package func detach(_ reader: Reader) { state.withLock { $0.inboxes[reader.index] = nil } }

  /// - Precondition: the reader is attached.
  func drain(_ reader: Reader) -> Delivery {
    state.withLock { state in
      let inbox = state.inboxes[reader.index]!  // attached, by the precondition
      state.inboxes[reader.index] = Inbox(wake: inbox.wake)
      return Delivery(messages: inbox.messages, hasLost: inbox.hasLost, newestOffset: state.window.newestOffset)
    }
  }

  /// Whether the window has every message after the offset.
  func keeps(after offset: Int) -> Bool { state.withLock { $0.window.reaches(back: offset) } }

  /// The messages after one offset through another; nil if the window no longer has all of them.
  package func replay(after offset: Int, through last: Int) -> [PublishedMessage]? {
    state.withLock { state in
      state.window.reaches(back: offset) ? state.window.messages(after: offset, through: last) : nil
    }
  }
}
