import Domain

/// Reads the numbered messages that the window no longer keeps, off the loops.
package struct History: Sendable {
  /// What a subscriber that comes back is still to be sent.
  package struct Request: Sendable {
    package var subscription: Subscription
    /// The messages after this offset, up to and including another.
    package var after: Int
    package var through: Int
    /// The most messages wanted at once.
    package var limit: Int
  }

  /// Some of what was asked for.
  package struct Portion: Sendable {
    /// In order. Those of other topics are passed over.
    package var messages: [PublishedMessage]
    /// Everything wanted up to this offset is in ``messages``: at least that of the last of them, beyond what was
    /// asked after, and up to what was asked through where nothing is left.
    package var reached: Int

    package init(messages: [PublishedMessage], reached: Int) {
      self.messages = messages
      self.reached = reached
    }
  }

  /// After this offset nothing was removed because of its age, or found to be damaged. Called by loops: it may not wait.
  /// It has to go up before a reader can miss what is removed, and before a read that found damage answers.
  package var oldestOffset: @Sendable () -> Int
  /// Called on a loop, must not wait. Calls back once, on any thread: nil where nothing can be read just now.
  package var read: @Sendable (Request, _ done: @escaping @Sendable (Portion?) -> Void) -> Void

  package init(
    oldestOffset: @escaping @Sendable () -> Int,
    read: @escaping @Sendable (Request, _ done: @escaping @Sendable (Portion?) -> Void) -> Void
  ) {
    self.oldestOffset = oldestOffset
    self.read = read
  }
}
