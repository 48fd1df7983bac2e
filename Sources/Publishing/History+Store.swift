import Dispatch
import Domain
import JSONValues
import Realtime
import Store

extension History {
  /// Reads from the store, on a separate queue.
  package init(_ store: Store, log: Log) {
    let queue = DispatchQueue(label: "history", attributes: .concurrent)
    self.init(
      oldestOffset: { store.readableAfter },
      read: { request, done in
        queue.async {
          do {
            done(try store.portion(request))
          } catch {
            log(.error, "messages for a client that resumes can't be read", values: ["cause": .string("\(error)")])
            done(nil)
          }
        }
      })
  }
}

extension Store {
  fileprivate func portion(_ request: History.Request) throws(StoreError) -> History.Portion {
    let subscription = request.subscription
    let wanted: TopicFilter =
      if !subscription.includesDefault, subscription.topics.count == 1, let topic = subscription.topics.first,
        subscription.includes(topic)
      {
        .topic(topic)
      } else {
        .matching(lookingAt: 5_000) { subscription.includes($0) }
      }
    let found = try messages(
      of: wanted, after: request.after, through: request.through, types: nil, limit: request.limit)
    let messages = found.messages.map { stored in
      PublishedMessage(
        type: stored.type, topic: stored.topic, position: StreamPosition(epoch: epoch, offset: stored.offset),
        sequence: stored.sequence, json: stored.json)
    }
    return History.Portion(messages: messages, reached: found.reached)
  }
}
