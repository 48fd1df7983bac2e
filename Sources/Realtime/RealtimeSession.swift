import Domain
import JSONValues
import Wire

/// The dialogue of one connection, apart from published messages: heartbeats, subscriptions, errors.
///
/// A state machine: it decides, the connection acts. Times are milliseconds of a monotonic clock.
package struct RealtimeSession: Sendable {
  package enum Action: Sendable {
    case send(RealtimeMessage)
    /// The connection receives this from now on.
    case change(Subscription)
    /// The client answered a ping after so many milliseconds.
    case measured(latency: Int)
    case close(CloseCode, reason: String)
  }

  package struct Limits: Sendable {
    /// Seconds between the server's pings.
    package var pingInterval: Int
    /// Seconds after which the connection is closed if the client has sent nothing.
    package var silence: Int
    /// This bad message closes the connection.
    package var badMessages = 10
    /// Messages per second in the long run, and in a burst.
    package var messagesPerSecond = 20
    package var burst = 100

    package init(pingInterval: Int = 30, silence: Int = 60) {
      self.pingInterval = pingInterval
      self.silence = silence
    }
  }

  /// What all sessions of a server share.
  package final class Rules: Sendable {
    let limits: Limits
    /// The topics that a client may subscribe to.
    let topics: TopicTable

    package init(limits: Limits, topics: TopicTable) {
      self.limits = limits
      self.topics = topics
    }
  }

  private let rules: Rules
  package private(set) var subscription: Subscription
  private var lastReceived: Int
  private var lastPing: Int
  /// Whether the last ping has had its pong: a second one measures nothing.
  private var isPingAnswered = false
  private var badMessages = 0
  private var allowance: TokenBucket

  package init(_ rules: Rules, subscription: Subscription, now: Int) {
    self.rules = rules
    self.subscription = subscription
    lastReceived = now
    lastPing = now
    allowance = TokenBucket(burst: rules.limits.burst, perSecond: rules.limits.messagesPerSecond, now: now)
  }

  private var limits: Limits { rules.limits }

  /// The first ping, sent right after connecting.
  package var greeting: RealtimeMessage { .ping(intervalSeconds: limits.pingInterval) }

  /// Notes that the client has sent something. Any frame is a sign of life: many libraries ping by themselves.
  package mutating func heard(now: Int) { lastReceived = now }

  /// Handles a text message of the client.
  package mutating func receive(_ text: [UInt8], now: Int) -> [Action] {
    lastReceived = now
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

  /// To be called at least once a second.
  package mutating func tick(now: Int) -> [Action] {
    if now - lastReceived >= limits.silence * 1000 {
      return [
        .close(
          .noPong,
          reason: "Nothing was heard for \(limits.silence) s. Answer each ping with a pong, or send ping frames.")
      ]
    }
    if now - lastPing >= limits.pingInterval * 1000 {
      lastPing = now
      isPingAnswered = false
      return [.send(.ping(intervalSeconds: limits.pingInterval))]
    }
    return []
  }

  private mutating func answer(_ message: RealtimeMessage, now: Int) throws(MessageError) -> [Action] {
    switch message.type {
    case .ping: return [.send(.pong())]
    case .pong:
      guard !isPingAnswered else { return [] }
      isPingAnswered = true
      return [.measured(latency: now - lastPing)]
    case .subscribe:
      let topics = try topics(of: message)
      if let forbidden = topics.first(where: { !subscription.mayRead($0) }) {
        throw .invalidPayload("You may not read the topic \(forbidden). Ask an admin for a role that may.")
      }
      var more = subscription
      more.add(topics)
      guard more.topics.count <= Subscription.maxTopics else {
        throw .invalidPayload(
          "A connection may name \(Subscription.maxTopics) topics, and these would make it \(more.topics.count). Unsubscribe from some first."
        )
      }
      subscription = more
      return [.change(subscription), .send(Self.confirmation(.subscribed, topics))]
    case .unsubscribe:
      let topics = try topics(of: message)
      subscription.remove(topics)
      return [.change(subscription), .send(Self.confirmation(.unsubscribed, topics))]
    default: throw .unknownType(message.type.rawValue, known: Self.acceptedTypes)
    }
  }

  private static let acceptedTypes = [MessageType.ping, .pong, .subscribe, .unsubscribe].map(\.rawValue)

  private func topics(of message: RealtimeMessage) throws(MessageError) -> Set<Topic> {
    guard let names = message.payload["topics"]?.arrayValue, !names.isEmpty, names.count <= 100 else {
      throw .invalidPayload("\(message.type) needs \"topics\": a list of 1 to 100 names such as \"job:7\".")
    }
    var topics = Set<Topic>()
    for name in names {
      guard let text = name.stringValue, let topic = Topic(text, kinds: rules.topics) else {
        throw .invalidPayload("There is no such topic. Use \(rules.topics.names).")
      }
      topics.insert(topic)
    }
    return topics
  }

  private static func confirmation(_ type: MessageType, _ topics: Set<Topic>) -> RealtimeMessage {
    RealtimeMessage(type, ["topics": .array(topics.map(\.description).sorted().map(JSON.string))])
  }
}
