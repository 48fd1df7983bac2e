import Domain

/// How a connection begins: what it is told and where it joins, in the order in which nothing is missed and nothing
/// comes twice.
package struct Arrival {
  /// Where a client wants to go on.
  package enum Resume: Equatable, Sendable {
    case fresh
    case after(StreamPosition)
    /// What it named is no cursor: a gap, not an error, for what it needs is a snapshot.
    case unreadable
  }

  /// Messages that add up to a state, and the position as of which they do.
  ///
  /// Everything up to the position is in it and nothing behind it, so that what is live goes on right there. The
  /// position has to move on with the line, also where nothing is said of the state's subject: an old one may be gone.
  package struct Snapshot: Sendable {
    package var messages: [RealtimeMessage]
    package var position: StreamPosition

    package init(messages: [RealtimeMessage], position: StreamPosition) {
      self.messages = messages
      self.position = position
    }
  }

  /// What is to be said to the client before anything that is published.
  package enum Word: Sendable {
    /// Its cursor can't be gone on from: what it knows is void.
    case gap
    /// The first ping, with the position to come back with as long as no numbered message has arrived, and the snapshot
    /// behind it. The ping says of how many messages that is: whoever is cut off before it has all of them has nothing,
    /// and must not come back with the position. It says as well whether more follows from before the connection: until
    /// the client has caught up with that, what it shows is how things were.
    case greeting(StreamPosition, snapshot: [RealtimeMessage], isBehind: Bool)
  }

  package enum Outcome: Equatable, Sendable {
    case fresh
    /// It goes on where it left off.
    case resumed
    case afterGap
  }

  private let resume: Resume
  private let subscription: Subscription
  private let snapshot: () -> Snapshot?

  /// A snapshot is out of date where more came since than is kept anywhere. That is rare once, and a fault thrice.
  private static let maxSnapshots = 3

  /// - Parameter snapshot: what is true now, for whoever does not go on from a cursor; nil where that is nothing.
  package init(_ resume: Resume, _ subscription: Subscription, snapshot: @escaping () -> Snapshot?) {
    self.resume = resume
    self.subscription = subscription
    self.snapshot = snapshot
  }

  /// Joins the subscriber. What is said has to be queued for it in this order, ahead of what the fan-out writes.
  package func join(_ subscriber: Subscriber, to fanOut: FanOut, say: (Word) -> Void) -> Outcome {
    switch resume {
    case .fresh:
      start(subscriber, fanOut, say)
      return .fresh
    case .after(let position) where fanOut.canResume(after: position):
      greet(position, [], fanOut, say)
      if fanOut.join(subscriber, subscription, after: position) == .resumed { return .resumed }
    case .after, .unreadable: break
    }
    say(.gap)
    start(subscriber, fanOut, say)
    return .afterGap
  }

  /// Says the state as it is, and lets follow what comes after it.
  private func start(_ subscriber: Subscriber, _ fanOut: FanOut, _ say: (Word) -> Void) {
    for _ in 0..<Self.maxSnapshots {
      guard let snapshot = snapshot() else {
        say(.greeting(fanOut.position, snapshot: [], isBehind: false))
        return fanOut.join(subscriber, subscription)
      }
      greet(snapshot.position, snapshot.messages, fanOut, say)
      if fanOut.join(subscriber, subscription, after: snapshot.position) == .resumed { return }
      say(.gap)
    }
    subscriber.sink.closeAsUnavailable()
  }

  private func greet(
    _ position: StreamPosition, _ snapshot: [RealtimeMessage], _ fanOut: FanOut, _ say: (Word) -> Void
  ) {
    // Brings the loop up to the position, if it was not there yet.
    _ = fanOut.canResume(after: position)
    say(.greeting(position, snapshot: snapshot, isBehind: position.offset < fanOut.position.offset))
  }
}
