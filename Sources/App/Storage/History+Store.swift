import Dispatch
import Domain
import Realtime
import Store

extension History {
  /// What the store keeps, read where nobody else has to wait for it.
  init(_ store: Store) {
    let queue = DispatchQueue(label: "history", attributes: .concurrent)
    self.init(
      oldestOffset: { store.prunedThrough },
      read: { request, done in queue.async { done(store.portion(request)) } })
  }
}

extension Store {
  /// Nil where the store can't be read.
  fileprivate func portion(_ request: History.Request) -> History.Portion? {
    let subscription = request.subscription
    let wanted: TopicFilter =
      if !subscription.includesDefault, subscription.topics.count == 1, let topic = subscription.topics.first {
        .topic(topic)
      } else {
        .matching(lookingAt: 5_000) { subscription.includes($0) }
      }
    guard
      let found = try? messages(
        of: wanted, after: request.after, through: request.through, types: nil, limit: request.limit)
    else { return nil }
    let messages = found.messages.map { stored in
      PublishedMessage(
        type: stored.type, topic: stored.topic, position: StreamPosition(epoch: epoch, offset: stored.offset),
        sequence: stored.sequence, json: stored.json)
    }
    return History.Portion(messages: messages, reached: found.reached)
  }
}
