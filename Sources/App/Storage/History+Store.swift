import Dispatch
import Domain
import Realtime
import Store

extension History {
  /// What the store keeps, read where nobody else has to wait for it.
  init(_ store: Store) {
    // Two at a time: a third client that comes back waits, and the disk is not torn between many.
    let queues = [DispatchQueue(label: "history 1"), DispatchQueue(label: "history 2")]
    self.init(
      oldestOffset: { store.prunedThrough },
      read: { subscription, after, through, completion in
        queues[after % queues.count].async { completion(store.portion(subscription, after: after, through: through)) }
      })
  }
}

extension Store {
  /// Messages that a replay is given at once.
  private static let portion = 2_000

  /// Nil where the store can't be read.
  fileprivate func portion(_ subscription: Subscription, after: Int, through: Int) -> HistoryPortion? {
    let wanted: TopicFilter =
      if !subscription.includesDefault, subscription.topics.count == 1, let topic = subscription.topics.first {
        .topic(topic)
      } else {
        .any { subscription.includes($0) }
      }
    guard
      let found = try? messages(of: wanted, after: after, through: through, types: nil, limit: Self.portion)
    else { return nil }
    let messages = found.messages.map { stored in
      PublishedMessage(
        type: stored.type, topic: stored.topic, position: StreamPosition(epoch: epoch, offset: stored.offset),
        sequence: stored.sequence, json: stored.json)
    }
    return HistoryPortion(messages: messages, reached: found.reached)
  }
}
