import Domain
import JSONValues
import Wire

/// What one connection says and is told, apart from the messages that are published: heartbeats, subscriptions, errors.
///
/// A state machine: it decides, the connection acts. Times are milliseconds of a monotonic clock.
package struct RealtimeSession: Sendable {
  package enum Action: Sendable {
    case send(RealtimeMessage)
    /// The connection receives this from now on.
    case change(Subscription)
    case close(CloseCode, reason: String)
  }

  package struct Limits: Sendable {
    /// Seconds between the server's pings.
    package var pingInterval: Int
    /// Seconds without a message after which the connection is given up.
    package var silence: Int
    /// The bad message that ends the connection.
    package var badMessages = 10
    /// Messages a second in the long run, and at once.
    package var messagesPerSecond = 20
    package var burst = 100

    package init(pingInterval: Int = 30, silence: Int = 60) {
      self.pingInterval = pingInterval
      self.silence = silence
    }
  }

  private let limits: Limits
  private var subscription: Subscription
  private var lastHeard: Int
  private var lastPing: Int
  private var badMessages = 0
  private var allowance: TokenBucket
  /// Milliseconds from our last ping to its pong; nil until the first came.
  package private(set) var latency: Int?

  package init(limits: Limits, subscription: Subscription, now: Int) {
    self.limits = limits
    self.subscription = subscription
    lastHeard = now
    lastPing = now
    allowance = TokenBucket(burst: limits.burst, perSecond: limits.messagesPerSecond, now: now)
  }

  /// The first ping, sent right after connecting.
  package var greeting: RealtimeMessage { .ping(intervalSeconds: limits.pingInterval) }

  /// Takes a text message of the client.
  package mutating func receive(_ text: [UInt8], now: Int) -> [Action] {
    lastHeard = now
    guard allowance.tryConsume(now: now) else {
      return [
        .close(
          .policyViolation,
          reason: "More than \(limits.messagesPerSecond) messages a second. Send fewer, then connect again.")
      ]
    }
    do {
      return try answer(RealtimeMessage(parsing: text), now: now)
    } catch {
      badMessages += 1
      guard badMessages < limits.badMessages else {
        return [.close(.tooManyBadMessages, reason: "\(badMessages) messages were refused, the last: \(error.code).")]
      }
      return [.send(.connectionError(code: error.code, message: error.description))]
    }
  }

  /// To be asked at least once a second.
  package mutating func tick(now: Int) -> [Action] {
    if now - lastHeard >= limits.silence * 1000 {
      return [.close(.noPong, reason: "Nothing was heard for \(limits.silence) s. Answer each ping with a pong.")]
    }
    if now - lastPing >= limits.pingInterval * 1000 {
      lastPing = now
      return [.send(.ping(intervalSeconds: limits.pingInterval))]
    }
    return []
  }

  private mutating func answer(_ message: RealtimeMessage, now: Int) throws(MessageError) -> [Action] {
    switch message.type {
    case .ping: return [.send(.pong())]
    case .pong:
      latency = now - lastPing
      return []
    case .subscribe:
      let topics = try topics(of: message)
      var more = subscription
      more.add(topics)
      guard more.topics.count <= Subscription.maxTopics else {
        throw .invalidPayload(
          "A connection may name \(Subscription.maxTopics) topics, and these would make it \(more.topics.count). Unsubscribe from some first."
        )
      }
      subscription = more
      return [.change(subscription), .send(Self.confirmation("subscribed", topics))]
    case .unsubscribe:
      let topics = try topics(of: message)
      subscription.remove(topics)
      return [.change(subscription), .send(Self.confirmation("unsubscribed", topics))]
    default: throw .unknownType(message.type.rawValue)
    }
  }

  private func topics(of message: RealtimeMessage) throws(MessageError) -> Set<Topic> {
    guard let names = message.payload["topics"]?.arrayValue, !names.isEmpty, names.count <= 100 else {
      throw .invalidPayload("\(message.type) needs \"topics\": a list of 1 to 100 names such as \"job:7\".")
    }
    var topics = Set<Topic>()
    for name in names {
      guard let text = name.stringValue, let topic = Topic(text) else {
        throw .invalidPayload("There is no such topic. Use jobs, job:ID, log:ID, engines, events or project:ID.")
      }
      topics.insert(topic)
    }
    return topics
  }

  private static func confirmation(_ type: String, _ topics: Set<Topic>) -> RealtimeMessage {
    RealtimeMessage(
      MessageType(rawValue: type), ["topics": .array(topics.map(\.description).sorted().map(JSON.string))])
  }
}
