import Domain

/// The start of a connection: what it is sent first, and the position at which it joins, so that no message is missing or
/// sent twice.
package struct Arrival {
  /// The position from which a client wants to continue.
  package enum Resume: Equatable, Sendable {
    case fresh
    case after(StreamPosition)
    /// The client sent a malformed cursor. That counts as a gap, not as an error, since the client needs a snapshot.
    case unreadable
  }

  /// What the client has to be sent before anything that is published.
  package enum Preamble: Sendable {
    /// The client can't continue after its cursor: its state is void.
    case gap
    /// The first ping, with the position to resume from until a numbered message has arrived, followed by the snapshot.
    ///
    /// The ping says how many messages the snapshot has: a client that is cut off before it has all of them has nothing,
    /// and must not resume from the position. It also says whether older messages follow: until the client has caught
    /// up with those, its state is in the past.
    case greeting(StreamPosition, snapshot: [RealtimeMessage], isBehind: Bool)
  }

  package enum Outcome: Equatable, Sendable {
    case fresh
    /// The client continues after its cursor.
    case resumed
    case afterGap
  }

  private let resume: Resume
  private let subscription: Subscription
  private let snapshot: () -> TopicSnapshot?

  /// A snapshot is stale if more messages followed it than are kept anywhere. Three stale snapshots in a row mean a bug.
  private static let maxSnapshots = 3

  /// - Parameter snapshot: the state for a client that does not resume from a cursor; nil if there is none to send.
  package init(_ resume: Resume, _ subscription: Subscription, snapshot: @escaping () -> TopicSnapshot?) {
    self.resume = resume
    self.subscription = subscription
    self.snapshot = snapshot
  }

  /// Joins the subscriber.
  /// - Parameter send: queues a preamble for the client, ahead of what the fan-out writes.
  package func join(_ subscriber: Subscriber, to fanOut: FanOut, send: (Preamble) -> Void) -> Outcome {
    switch resume {
    case .fresh:
      start(subscriber, in: fanOut, send: send)
      return .fresh
    case .after(let position) where fanOut.canResume(after: position):
      greet(at: position, snapshot: [], in: fanOut, send: send)
      if fanOut.join(subscriber, subscription, after: position) == .resumed { return .resumed }
    case .after, .unreadable: break
    }
    send(.gap)
    start(subscriber, in: fanOut, send: send)
    return .afterGap
  }

  /// Sends the current state, and joins the subscriber right after it.
  private func start(_ subscriber: Subscriber, in fanOut: FanOut, send: (Preamble) -> Void) {
    for _ in 0..<Self.maxSnapshots {
      guard let snapshot = snapshot() else {
        send(.greeting(fanOut.position, snapshot: [], isBehind: false))
        return fanOut.join(subscriber, subscription)
      }
      greet(at: snapshot.position, snapshot: snapshot.messages, in: fanOut, send: send)
      if fanOut.join(subscriber, subscription, after: snapshot.position) == .resumed { return }
      send(.gap)
    }
    subscriber.sink.closeAsUnavailable()
  }

  private func greet(
    at position: StreamPosition, snapshot: [RealtimeMessage], in fanOut: FanOut, send: (Preamble) -> Void
  ) {
    // Brings the loop up to the position, if it was not there yet.
    _ = fanOut.canResume(after: position)
    send(.greeting(position, snapshot: snapshot, isBehind: position.offset < fanOut.position.offset))
  }
}
