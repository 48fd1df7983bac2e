import Domain
import Synchronization

/// Takes messages that are numbered, encoded and stored, keeps the newest, and leaves them for every event loop to fan
/// out.
///
/// Safe to call from any thread. What it does under its lock is an append: nobody who broadcasts waits for a socket.
package final class EventHub: Sendable {
  /// One event loop that fans out; see ``FanOut``.
  package struct Reader: Sendable {
    fileprivate let index: Int
  }

  /// What a reader finds when it looks.
  struct Delivery {
    /// Everything published since its last look, in order.
    var messages: [PublishedMessage]
    /// More came since its last look than is kept for anybody: it was not left for this reader.
    var hasLost: Bool
    /// The newest numbered offset as of this look.
    var newestOffset: Int
  }

  private struct State {
    var window: ReplayWindow
    /// By the index of their reader; nil where that has gone.
    var inboxes: [Inbox?] = []
    var statistics = Statistics()
  }

  /// What was published since a reader's last look.
  private struct Inbox {
    let wake: @Sendable () -> Void
    var messages: [PublishedMessage] = []
    var numberedCount = 0
    var hasLost = false

    /// Only the first message since the last look wakes the reader.
    var wakeIfUntouched: (@Sendable () -> Void)? { messages.isEmpty && !hasLost ? wake : nil }

    /// Leaves a message, unless there are too many. Whoever falls behind by more numbered messages than the window
    /// keeps gets none of them: its subscribers must come back with their cursors, and it shall not hold memory
    /// without end meanwhile.
    mutating func leave(_ message: PublishedMessage, windowCapacity: Int, _ dropped: inout [MessageType: Int]) {
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

  /// What was broadcast since the hub began.
  package struct Statistics: Sendable {
    package var published: [MessageType: Int] = [:]
    /// Messages that a loop never saw, because it was too far behind. Only such as are not numbered.
    package var dropped: [MessageType: Int] = [:]
    /// Messages that wait for a loop now.
    package var waiting = 0
  }

  /// What the offsets of this hub count in.
  package let epoch: String
  /// Where older messages than those kept here are read; nil where nothing else keeps them.
  let history: History?
  private let state: Mutex<State>

  /// How many unnumbered messages may wait for a loop that does not come to look; the rest is dropped.
  private static let maxWaiting = 100_000

  /// - Parameters:
  ///   - offset: that of the last message already numbered in this epoch.
  ///   - windowCapacity: how many numbered messages are kept for those who come back.
  ///   - windowBytes: how many bytes of such messages are kept.
  ///   - history: where older ones are read; nil where nobody keeps them.
  package init(
    epoch: String, after offset: Int = 0, windowCapacity: Int = 10_000, windowBytes: Int = 32 << 20,
    history: History? = nil
  ) {
    self.epoch = epoch
    self.history = history
    state = Mutex(State(window: ReplayWindow(capacity: windowCapacity, maxBytes: windowBytes, after: offset)))
  }

  /// Makes messages visible to every subscriber of their topics, all of them at once.
  /// - Precondition: the numbered ones continue the line: each has the offset behind the newest one's.
  package func broadcast(_ messages: [PublishedMessage]) {
    guard !messages.isEmpty else { return }
    let wakers = state.withLock { state in
      let wakers = state.inboxes.compactMap { $0?.wakeIfUntouched }
      for message in messages {
        if let position = message.position {
          precondition(position.offset == state.window.newestOffset + 1 && position.epoch == epoch)
          state.window.append(message)
        }
        state.statistics.published[message.type, default: 0] += 1
        for index in state.inboxes.indices {
          state.inboxes[index]?.leave(message, windowCapacity: state.window.capacity, &state.statistics.dropped)
        }
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

  /// The numbered messages kept after a cursor, oldest first.
  ///
  /// Costs a look at every kept message after the cursor: not for a loop.
  /// - Returns: nil where the cursor is of another epoch, from the future, or older than what is kept.
  package func messages(after cursor: StreamPosition, limit: Int, where isWanted: (PublishedMessage) -> Bool)
    -> [PublishedMessage]?
  {
    guard cursor.epoch == epoch else { return nil }
    // Only references are copied under the lock; nobody who publishes waits for the choice among them.
    return replay(after: cursor.offset, through: .max).map { Array($0.lazy.filter(isWanted).prefix(limit)) }
  }

  /// The oldest cursor from which nothing is missing.
  package var oldestCursor: StreamPosition {
    StreamPosition(epoch: epoch, offset: state.withLock { $0.window.newestOffset - $0.window.count })
  }

  // MARK: For the loops

  /// From now on messages are left for this reader too, until it is detached.
  /// - Parameter wake: called, on the publisher's thread, when the first message since the last look arrives.
  package func attach(wake: @escaping @Sendable () -> Void) -> Reader {
    state.withLock { state in
      let index = state.inboxes.firstIndex { $0 == nil } ?? state.inboxes.count
      if index == state.inboxes.count { state.inboxes.append(nil) }
      state.inboxes[index] = Inbox(wake: wake)
      return Reader(index: index)
    }
  }

  /// The counterpart of ``attach(wake:)``: nothing is left for this reader any more, and it may not look again.
  package func detach(_ reader: Reader) { state.withLock { $0.inboxes[reader.index] = nil } }

  /// - Precondition: the reader is attached.
  func take(_ reader: Reader) -> Delivery {
    state.withLock { state in
      let inbox = state.inboxes[reader.index]!  // by the precondition
      state.inboxes[reader.index] = Inbox(wake: inbox.wake)
      return Delivery(messages: inbox.messages, hasLost: inbox.hasLost, newestOffset: state.window.newestOffset)
    }
  }

  /// Whether every message after the offset is kept.
  func keeps(after offset: Int) -> Bool { state.withLock { $0.window.reaches(back: offset) } }

  /// The kept messages after one offset through another, or nil where some of them are gone.
  func replay(after offset: Int, through last: Int) -> [PublishedMessage]? {
    state.withLock { state in
      state.window.reaches(back: offset) ? state.window.messages(after: offset, through: last) : nil
    }
  }
}
