import Domain
import Realtime
import Synchronization

/// Numbers and broadcasts messages at once, and stores nothing. Safe to call from any thread.
final class ImmediatePublisher: Sendable {
  private let hub: EventHub
  private let line: Mutex<MessageLine>

  /// - Parameter hub: nothing else broadcasts numbered messages through it.
  init(_ hub: EventHub) {
    self.hub = hub
    let position = hub.position
    line = Mutex(MessageLine(epoch: position.epoch, after: position.offset, topicsKept: .max))
  }

  /// Makes the message visible to every subscriber of the topic.
  /// - Returns: its position, nil for a type that is not numbered.
  @discardableResult
  func publish(_ message: RealtimeMessage, to topic: Topic) -> StreamPosition? {
    guard message.type.hasPosition else {
      hub.tell(message, to: topic)
      return nil
    }
    return line.withLock { line in
      let published = line.number(message, to: topic, lastSequence: { _ in 0 })
      line.settle()
      hub.broadcast([published])
      return published.position
    }
  }
}
