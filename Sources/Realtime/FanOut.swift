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
    /// It gets everything from there on.
    case resumed
    /// Some of it is gone, or was never ours: it has not joined, and needs a snapshot first.
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

  /// Reads what the hub no longer keeps; nil where nobody else does either.
  private let history: HistoryReader?
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
    history = hub.history.map { HistoryReader($0, wake: wake) }
    reader = hub.attach(wake: wake)
    offset = hub.take(reader).newestOffset
  }

  deinit {
    hub.detach(reader)
    for group in groups.values { group.dissolve() }
  }

  // MARK: Subscribers

  /// That of the newest numbered message that this loop has fanned out.
  package var position: StreamPosition { StreamPosition(epoch: hub.epoch, offset: offset) }

  /// Gives the subscriber what is published from this turn on.
  package func join(_ subscriber: Subscriber, _ subscription: Subscription) {
    let key = GroupKey(subscription: subscription, framing: subscriber.framing)
    (groups[key] ?? makeGroup(key)).add(subscriber)
  }

  /// As ``join(_:_:)``, with every numbered message after the position first, once each and in order.
  ///
  /// They are queued in portions, the next one when the sink has sent the last. What the hub no longer keeps is read
  /// from the history meanwhile. Until it has caught up the subscriber misses what is not numbered.
  package func join(_ subscriber: Subscriber, _ subscription: Subscription, after position: StreamPosition)
    -> Resumption
  {
    guard canResume(after: position) else { return .gap }
    subscriber.replay = Subscriber.Replay(subscription: subscription, offset: position.offset)
    guard replay(to: subscriber) else {
      subscriber.replay = nil
      return .gap
    }
    return .resumed
  }

  /// Whether everything after the position is still kept, here or in the history.
  package func canResume(after position: StreamPosition) -> Bool {
    guard position.epoch == hub.epoch else { return false }
    // A position ahead of this loop is one that it is about to fan out: nothing to replay, and those messages must not
    // come twice, so the loop catches up first.
    if position.offset > offset { turn() }
    guard position.offset <= offset else { return false }
    return hub.keeps(after: position.offset) || history?.keeps(after: position.offset) ?? false
  }

  package func leave(_ subscriber: Subscriber) {
    history?.cancel(subscriber)
    subscriber.replay = nil
    guard let group = subscriber.group else { return }
    group.remove(subscriber)
    if group.members.isEmpty { removeGroup(group) }
  }

  /// Changes what an already joined subscriber receives, from the next message on.
  ///
  /// The next message that it is sent: what a replay has not come to yet it gets as the new subscription wants it.
  /// So nothing of a topic arrives behind the word that it was left, and nothing is missing behind the word that it
  /// was added.
  package func change(_ subscriber: Subscriber, to subscription: Subscription) {
    if let replay = subscriber.replay {
      guard replay.subscription != subscription else { return }
      // What is at hand or on its way was chosen for the old one.
      subscriber.replay!.subscription = subscription
      subscriber.replay!.portion = nil
      if replay.read != nil { askHistory(for: subscriber) }
      return
    }
    guard let group = subscriber.group, group.subscription != subscription else { return }
    // What it is owed of its old subscription it still gets, in order.
    group.shed(subscriber, log(of: subscriber.framing), limits, &dropped)
    guard subscriber.group != nil else { return }  // it was too slow, and is gone
    leave(subscriber)
    join(subscriber, subscription)
  }

  /// The subscriber's sink has an empty queue and room again.
  package func drained(_ subscriber: Subscriber) {
    if subscriber.replay != nil { return goOn(with: subscriber) }
    subscriber.group?.catchUp(subscriber, log(of: subscriber.framing))
  }

  private func closeAsTooSlow(_ subscriber: Subscriber) {
    leave(subscriber)
    subscriber.sink.closeAsTooSlow()
  }

  // MARK: Replay

  /// Takes what was read for subscribers that come back, and goes on with their replays.
  ///
  /// Part of every ``turn()``; costs next to nothing where nothing has arrived. What there is to do at once is bounded,
  /// so it may be called between turns, too.
  package func takeHistory() {
    guard let history else { return }
    for (subscriber, portion) in history.take() {
      guard let start = subscriber.replay?.offset else { continue }
      // Some of what it asked for may have been removed before it was read, or be damaged.
      guard history.keeps(after: start) else {
        closeAsTooSlow(subscriber)
        continue
      }
      guard let portion else {
        leave(subscriber)
        subscriber.sink.closeAsUnavailable()
        continue
      }
      precondition(portion.reached > start && portion.reached <= offset)
      subscriber.replay!.portion = .init(messages: portion.messages, reached: portion.reached)
      if subscriber.sink.queuedByteCount == 0 { goOn(with: subscriber) }
    }
  }

  private func goOn(with subscriber: Subscriber) {
    // What is no longer kept its peer can't get here: it comes back, and learns that there is a gap.
    if !replay(to: subscriber) { closeAsTooSlow(subscriber) }
  }

  /// Queues the next portion of what the subscriber missed, and joins it to what is live where that was the rest.
  /// - Precondition: whatever was queued of its replay before is sent.
  /// - Returns: false where some of it is no longer kept.
  private func replay(to subscriber: Subscriber) -> Bool {
    let most = limits.half
    var (messages, bytes) = (0, 0)
    while let replay = subscriber.replay, replay.read == nil {
      guard let portion = replay.portion else {
        if replay.offset == offset {
          subscriber.replay = nil
          subscriber.owedMessages = messages
          subscriber.owedBytes = bytes
          join(subscriber, replay.subscription)
          subscriber.sink.caughtUp()
        } else if messages >= most.messages, hub.keeps(after: replay.offset) {
          return true
        } else if !findPortion(for: subscriber) {
          return false
        }
        continue
      }
      for message in portion.messages[portion.next...] {
        if replay.subscription.includes(message.topic) {
          frame(message, subscriber.framing)
          // One message alone may be longer than a portion.
          guard messages == 0 || messages < most.messages && bytes + scratch.count <= most.bytes else { return true }
          scratch.withUnsafeBytes(subscriber.sink.queue)
          messages += 1
          bytes += scratch.count
        }
        subscriber.replay!.portion!.next += 1
        subscriber.replay!.offset = message.position?.offset ?? replay.offset
      }
      subscriber.replay!.portion = nil
      subscriber.replay!.offset = portion.reached
    }
    return true
  }

  /// Finds what follows in a subscriber's replay, or asks for it.
  /// - Returns: false where it is no longer kept.
  private func findPortion(for subscriber: Subscriber) -> Bool {
    guard let start = subscriber.replay?.offset else { return true }
    let last = min(offset, start + limits.half.messages)
    if let kept = hub.replay(after: start, through: last) {
      subscriber.replay!.portion = .init(messages: kept, reached: last)
      return true
    }
    guard history?.keeps(after: start) ?? false else { return false }
    askHistory(for: subscriber)
    return true
  }

  private func askHistory(for subscriber: Subscriber) {
    history?.ask(for: subscriber, through: offset, limit: limits.half.messages)
  }

  // MARK: A turn

  /// Fans out what was published since the last turn.
  package func turn() {
    takeHistory()
    let delivery = hub.take(reader)
    offset = delivery.newestOffset
    if delivery.hasLost {
      for member in groups.values.flatMap(\.members) { closeAsTooSlow(member) }
      for framing in Framing.allCases { releaseLog(framing) }
    }
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
    frame(message, framing)
    return log.append(scratch)
  }

  private func frame(_ message: PublishedMessage, _ framing: Framing) {
    scratch.removeAll(keepingCapacity: true)
    framer.append(message, framing, to: &scratch)
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
