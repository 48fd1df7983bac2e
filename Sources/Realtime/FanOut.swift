// Hot: see FanOutGroup.
import Domain
import Metrics

/// One loop's half of the hub: takes what was published since the last turn and writes it to the loop's subscribers.
///
/// The cost of a turn is messages + deliveries, never connections × messages: a message is framed once a framing, is
/// appended once to each group that receives it, and a connection is written to once.
package final class FanOut {
  /// What became of a subscriber's wish to go on after a position.
  package enum Resumption: Equatable, Sendable {
    /// It has everything from there on.
    case resumed(replayed: Int)
    /// Some of it is gone, or was never ours: it gets what comes from now on, and needs a snapshot.
    case gap
  }

  private let hub: EventHub
  private let reader: EventHub.Reader
  private let limits: QueueLimits
  private let logs: [FrameLog] = Framing.allCases.map { _ in FrameLog() }

  private struct GroupKey: Hashable {
    var subscription: Subscription
    var framing: Framing
  }
  private var groups: [GroupKey: FanOutGroup] = [:]
  private var defaultGroups: [FanOutGroup] = []
  private var groupsByTopic: [Topic: [FanOutGroup]] = [:]
  /// Groups with something to write in this turn.
  private var groupsWithNews: [FanOutGroup] = []

  private let framer = Framer()
  /// Where a message is framed before it goes into a log or a queue.
  private var scratch: [UInt8] = []
  /// The newest numbered offset that this loop has fanned out.
  private var offset: Int
  /// Messages that slow subscribers missed, by type.
  package private(set) var dropped: [MessageType: Int] = [:]
  /// Messages handed to subscribers to be sent, each counted for every one of them.
  package private(set) var sentMessages = 0
  /// For each turn and group: from the publishing of the turn's oldest message until every member was written to.
  package private(set) var deliveryTimes = Histogram.waits

  /// How much of the log laggards may hold before what they are owed is copied to them.
  private static let maxRetainedBytes = 8 << 20

  /// - Parameter wake: makes the loop turn; called from any thread.
  package init(hub: EventHub, limits: QueueLimits = .standard, wake: @escaping @Sendable () -> Void) {
    self.hub = hub
    self.limits = limits
    reader = hub.attach(wake: wake)
    offset = hub.take(reader).newestOffset
  }

  deinit { for group in groups.values { group.dissolve() } }

  // MARK: Subscribers

  /// Gives the subscriber what is published from this turn on.
  package func join(_ subscriber: Subscriber, _ subscription: Subscription) {
    let key = GroupKey(subscription: subscription, framing: subscriber.framing)
    (groups[key] ?? makeGroup(key)).add(subscriber)
  }

  /// As ``join(_:_:)``, with every kept message after the position queued first, once each and in order.
  package func join(_ subscriber: Subscriber, _ subscription: Subscription, after position: StreamPosition)
    -> Resumption
  {
    defer { join(subscriber, subscription) }
    guard canResume(after: position), let missed = hub.replay(after: position.offset, through: offset) else {
      return .gap
    }
    var replayed = 0
    for message in missed where subscription.includes(message.topic) {
      queue(message, for: subscriber)
      replayed += 1
    }
    return .resumed(replayed: replayed)
  }

  /// Whether everything after the position is still kept.
  package func canResume(after position: StreamPosition) -> Bool {
    guard position.epoch == hub.epoch else { return false }
    // A position ahead of this loop is one that it is about to fan out: nothing to replay, and those messages must not
    // come twice, so the loop catches up first.
    if position.offset > offset { turn() }
    return position.offset <= offset && hub.keeps(after: position.offset)
  }

  package func leave(_ subscriber: Subscriber) {
    guard let group = subscriber.group else { return }
    group.remove(subscriber)
    if group.members.isEmpty { removeGroup(group) }
  }

  /// Changes what an already joined subscriber receives, from the next message on.
  package func change(_ subscriber: Subscriber, to subscription: Subscription) {
    guard let group = subscriber.group, group.subscription != subscription else { return }
    // What it is owed of its old subscription it still gets, in order.
    group.shed(subscriber, log(of: subscriber.framing), limits, &dropped)
    guard subscriber.group != nil else { return }  // it was too slow, and is gone
    leave(subscriber)
    join(subscriber, subscription)
  }

  /// The subscriber's sink has an empty queue and room again.
  package func drained(_ subscriber: Subscriber) {
    subscriber.group?.catchUp(subscriber, log(of: subscriber.framing))
  }

  // MARK: A turn

  /// Fans out what was published since the last turn.
  package func turn() {
    let delivery = hub.take(reader)
    offset = delivery.newestOffset
    guard !delivery.messages.isEmpty, !groups.isEmpty else { return }
    for message in delivery.messages { append(message) }
    let oldest = delivery.messages[0].publishedAt
    for group in groupsWithNews {
      sentMessages += group.newsCount * group.members.count
      group.deliver(log(of: group.framing), limits: limits, dropped: &dropped)
      deliveryTimes.observe(microseconds: monotonicMicroseconds() - oldest)
    }
    groupsWithNews.removeAll(keepingCapacity: true)
    for framing in Framing.allCases { releaseLog(framing) }
  }

  private func append(_ message: PublishedMessage) {
    var places = Places()
    if message.topic.isInDefaultSubscription {
      for group in defaultGroups { append(message, to: group, &places) }
    }
    if let interested = groupsByTopic[message.topic] {
      for group in interested { append(message, to: group, &places) }
    }
  }

  /// Where one message stands in the logs: framed once for those of a framing who want it, not at all for nobody.
  private struct Places {
    private var webSocket: FrameLog.Place?
    private var deflatedWebSocket: FrameLog.Place?
    private var sse: FrameLog.Place?
    subscript(framing: Framing) -> FrameLog.Place? {
      get {
        switch framing {
        case .webSocket: webSocket
        case .deflatedWebSocket: deflatedWebSocket
        case .sse: sse
        }
      }
      set {
        switch framing {
        case .webSocket: webSocket = newValue
        case .deflatedWebSocket: deflatedWebSocket = newValue
        case .sse: sse = newValue
        }
      }
    }
  }

  private func append(_ message: PublishedMessage, to group: FanOutGroup, _ places: inout Places) {
    let log = log(of: group.framing)
    let place = places[group.framing] ?? frame(message, group.framing, log)
    places[group.framing] = place
    if !group.hasNews { groupsWithNews.append(group) }
    group.append(place, of: message, in: log)
  }

  private func frame(_ message: PublishedMessage, _ framing: Framing, _ log: FrameLog) -> FrameLog.Place {
    scratch.removeAll(keepingCapacity: true)
    framer.append(message, framing, to: &scratch)
    return log.append(scratch)
  }

  private func queue(_ message: PublishedMessage, for subscriber: Subscriber) {
    scratch.removeAll(keepingCapacity: true)
    framer.append(message, subscriber.framing, to: &scratch)
    scratch.withUnsafeBytes { subscriber.sink.queue($0) }
  }

  /// Lets go of chunks that nobody needs, and of laggards that would hold too many.
  private func releaseLog(_ framing: Framing) {
    let log = log(of: framing)
    let lagging = groups.values.filter { $0.framing == framing && $0.membersBehind > 0 }
    guard !lagging.isEmpty else { return log.removeAll() }
    if log.retainedBytes > Self.maxRetainedBytes {
      for group in lagging { group.shedAll(log, limits, &dropped) }
      log.removeAll()
    } else if let oldest = lagging.compactMap(\.oldestChunkNeeded).min() {
      log.release(before: oldest)
    }
  }

  /// Messages that members are owed because their peers have not taken them yet. Costs a look at every member of each
  /// group that has one behind: for whoever asks now and then.
  package var queuedMessages: Int { groups.values.reduce(0) { $0 + $1.owedMessages } }

  /// Different subscriptions that are in use.
  package var groupCount: Int { groups.count }

  // MARK: Groups

  private func log(of framing: Framing) -> FrameLog { logs[framing.rawValue] }

  private func makeGroup(_ key: GroupKey) -> FanOutGroup {
    let group = FanOutGroup(subscription: key.subscription, framing: key.framing)
    groups[key] = group
    if key.subscription.includesDefault { defaultGroups.append(group) }
    for topic in key.subscription.topics { groupsByTopic[topic, default: []].append(group) }
    return group
  }

  private func removeGroup(_ group: FanOutGroup) {
    groups[GroupKey(subscription: group.subscription, framing: group.framing)] = nil
    defaultGroups.removeAll { $0 === group }
    for topic in group.subscription.topics {
      groupsByTopic[topic]?.removeAll { $0 === group }
      if groupsByTopic[topic]?.isEmpty == true { groupsByTopic[topic] = nil }
    }
  }
}
