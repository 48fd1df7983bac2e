import Domain

/// Reads the messages that the window no longer keeps, off the loops.
package struct History: Sendable {
  /// What a subscriber that resumes has still to be sent.
  package struct Request: Sendable {
    package var subscription: Subscription
    /// The messages after this offset, through another.
    package var after: Int
    package var through: Int
    /// The most messages wanted at once.
    package var limit: Int
  }

  /// Some of what was requested.
  package struct Portion: Sendable {
    /// In order, without internal messages and those of other topics.
    package var messages: [PublishedMessage]
    /// The offset through which ``messages`` has everything requested. It is greater than `after`, at least the last
    /// message's, and equal to `through` if nothing is left.
    package var reached: Int

    package init(messages: [PublishedMessage], reached: Int) {
      self.messages = messages
      self.reached = reached
    }
  }

  /// After this offset nothing was removed because of its age or found to be damaged. Called by loops: it must not block.
  /// It has to go up before a reader can miss what is removed, and before a read that found damage answers.
  package var oldestOffset: @Sendable () -> Int
  /// Called by loops: must not block. Calls back once, on any thread, with nil if nothing can be read now.
  package var read: @Sendable (Request, _ done: @escaping @Sendable (Portion?) -> Void) -> Void

  package init(
    oldestOffset: @escaping @Sendable () -> Int,
    read: @escaping @Sendable (Request, _ done: @escaping @Sendable (Portion?) -> Void) -> Void
  ) {
    self.oldestOffset = oldestOffset
    self.read = read
  }
}
