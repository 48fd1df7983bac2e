// Hot: see FanOutGroup.
import Domain
import Metrics

/// One loop's half of the hub: writes the messages since its last turn to the loop's subscribers.
///
/// The cost of a turn is messages + deliveries, never connections × messages: a message is framed once for each framing
/// and appended once to each group that receives it, and a connection is written to once.
package final class FanOut {
  /// The result of resuming after a position.
  package enum Resumption: Equatable, Sendable {
    /// The subscriber gets everything from there on.
    case resumed
    /// Some of it is gone, or the position is of another epoch: the subscriber has not joined, and needs a snapshot.
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

  /// Reads what the hub no longer keeps; nil if nothing else keeps it.
  private let history: HistoryReads?
  private typealias HistoryReads = OffLoopReads<History.Request, History.Portion?, Subscriber>
  private let framer = Framer()
  /// A message is framed here before it goes into a log or a queue.
  private var scratch: [UInt8] = []
  /// The newest offset that this loop has fanned out.
  private var offset: Int
  /// Messages that were dropped for slow subscribers, by type.
  package private(set) var dropped: [MessageType: Int] = [:]
  /// Messages sent, each counted once for every subscriber.
  package private(set) var sentMessages = 0
  /// For each turn and group: the time from publishing the turn's oldest message until every member was written to.
  package private(set) var deliveryTimes = Histogram.waits

  /// How much of the log slow members may hold before their part is copied to them.
  private static let maxRetainedBytes = 8 << 20

  /// - Parameter wake: makes the loop turn; called from any thread.
  package init(hub: EventHub, limits: QueueLimits = .standard, wake: @escaping @Sendable () -> Void) {
    self.hub = hub
    self.limits = limits
    history = hub.history.map { HistoryReads(maxRunning: Self.maxHistoryReads, read: $0.read, wake: wake) }
    reader = hub.attach(wake: wake)
    offset = hub.drain(reader).newestOffset
  }

  deinit {
    hub.detach(reader)
    for group in groups.values { group.dissolve() }
  }

  // MARK: Subscribers

  /// The position of the newest message that this loop has fanned out.
  package var position: StreamPosition { StreamPosition(epoch: hub.epoch, offset: offset) }

  /// Sends the subscriber what is published from this turn on.
  package func join(_ subscriber: Subscriber, _ subscription: Subscription) {
    let key = GroupKey(subscription: subscription, framing: subscriber.framing)
    (groups[key] ?? makeGroup(key)).add(subscriber)
  }

  /// Sends the subscriber every numbered message after the position, once each and in order, and then what is published.
  ///
  /// They are queued in portions, the next one when the sink has sent the last; what the hub no longer keeps is read from
  /// the history. Until the subscriber has caught up it gets no unnumbered messages.
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

  /// Whether everything after the position is still kept, by the hub or in the history.
  package func canResume(after position: StreamPosition) -> Bool {
    guard position.epoch == hub.epoch else { return false }
    // A position ahead of this loop belongs to a message that it is about to fan out. The loop catches up first, so
    // that the subscriber does not get that message twice.
    if position.offset > offset { turn() }
    guard position.offset <= offset else { return false }
    return hub.keeps(after: position.offset) || historyKeeps(after: position.offset)
  }

  private func historyKeeps(after offset: Int) -> Bool { hub.history.map { offset >= $0.oldestOffset() } ?? false }

  package func leave(_ subscriber: Subscriber) {
    cancelRead(of: subscriber)
    subscriber.replay = nil
    guard let group = subscriber.group else { return }
    group.remove(subscriber)
    if group.members.isEmpty { removeGroup(group) }
  }

  /// Changes what a subscriber that has joined receives, from the next message that it is sent.
  ///
  /// The rest of a replay follows the new subscription too. So no message of a topic arrives after the confirmation that
  /// it was removed, and none is missing after the confirmation that it was added.
  package func change(_ subscriber: Subscriber, to subscription: Subscription) {
    if let replay = subscriber.replay {
      guard replay.subscription != subscription else { return }
      // The portion at hand, or being read, was selected for the old subscription.
      subscriber.replay!.subscription = subscription
      subscriber.replay!.portion = nil
      if replay.read != nil { readHistory(for: subscriber) }
      return
    }
    guard let group = subscriber.group, group.subscription != subscription else { return }
    // It still gets what it is owed of its old subscription, in order.
    group.shed(subscriber, log(of: subscriber.framing), limits: limits, dropped: &dropped)
    guard subscriber.group != nil else { return }  // it was too slow and has been closed
    leave(subscriber)
    join(subscriber, subscription)
  }

  /// To be called when the subscriber's sink has sent everything and has room again.
  package func drained(_ subscriber: Subscriber) {
    if subscriber.replay != nil { return continueReplay(of: subscriber) }
    subscriber.group?.catchUp(subscriber, log(of: subscriber.framing))
  }

  private func closeAsTooSlow(_ subscriber: Subscriber) {
    leave(subscriber)
    subscriber.sink.closeAsTooSlow()
  }

  // MARK: Replay

  /// Continues the replays for which history has been read.
  ///
  /// Part of every ``turn()``. Costs next to nothing if no read has ended; the work of one call is bounded, so it may be
  /// called between turns too.
  package func receiveHistory() {
    guard let history else { return }
    for (subscriber, portion) in history.receive() {
      guard let start = subscriber.replay?.offset else { continue }
      subscriber.replay!.read = nil
      // Some of it may have been removed before it was read, or be damaged.
      guard historyKeeps(after: start) else {
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
      if subscriber.sink.queuedByteCount == 0 { continueReplay(of: subscriber) }
    }
  }

  private func continueReplay(of subscriber: Subscriber) {
    // If something is no longer kept, the client reconnects and is told that there is a gap.
    if !replay(to: subscriber) { closeAsTooSlow(subscriber) }
  }

  /// Queues the next portion of what the subscriber missed. If that was the rest, the subscriber joins its group.
  /// - Precondition: everything queued of its replay before has been sent.
  /// - Returns: false if some of it is no longer kept.
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
        if !message.type.isInternal, replay.subscription.includes(message.topic) {
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

  /// Finds the next portion of a subscriber's replay in memory, or starts to read it.
  /// - Returns: false if it is no longer kept.
  private func findPortion(for subscriber: Subscriber) -> Bool {
    guard let start = subscriber.replay?.offset else { return true }
    let last = min(offset, start + limits.half.messages)
    if let kept = hub.replay(after: start, through: last) {
      subscriber.replay!.portion = .init(messages: kept, reached: last)
      return true
    }
    guard historyKeeps(after: start) else { return false }
    readHistory(for: subscriber)
    return true
  }

  /// Reads the next portion of a replay, in place of a read that is under way for it.
  private func readHistory(for subscriber: Subscriber) {
    guard let history, let replay = subscriber.replay else { return }
    cancelRead(of: subscriber)
    let request = History.Request(
      subscription: replay.subscription, after: replay.offset, through: offset, limit: limits.half.messages)
    subscriber.replay!.read = history.request(request, for: subscriber)
  }

  private func cancelRead(of subscriber: Subscriber) {
    guard let number = subscriber.replay?.read else { return }
    subscriber.replay!.read = nil
    history?.cancel(number)
  }

  /// Portions that may arrive for one turn; it also leaves the store's other readers some room.
  private static let maxHistoryReads = 2

  // MARK: A turn

  /// Fans out what was published since the last turn.
  package func turn() {
    receiveHistory()
    let delivery = hub.drain(reader)
    offset = delivery.newestOffset
    if delivery.hasLost {
      for member in groups.values.flatMap(\.members) { closeAsTooSlow(member) }
      for framing in Framing.allCases { releaseLog(framing) }
    }
    guard !delivery.messages.isEmpty, !groups.isEmpty else { return }
    for message in delivery.messages where !message.type.isInternal { append(message) }
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
    let kind = message.topic.kind
    if kind.reachesEveryone {
      for group in groups.values { append(message, to: group, places: &places) }
    } else if kind.isInDefaultSubscription {
      for group in defaultGroups where group.subscription.audience.mayRead(kind.audience) {
        append(message, to: group, places: &places)
      }
    }
    if let interested = groupsByTopic[message.topic] {
      for group in interested where group.subscription.audience.mayRead(kind.audience) {
        append(message, to: group, places: &places)
      }
    }
  }

  /// A message's place in each log: it is framed once for each framing that is in use among its receivers.
  private struct Places {
    private var webSocket: FrameLog.Place?
    private var deflatedWebSocket: FrameLog.Place?
    private var sse: FrameLog.Place?
    private var chunkedSSE: FrameLog.Place?
    subscript(framing: Framing) -> FrameLog.Place? {
      get {
        switch framing {
        case .webSocket: webSocket
        case .deflatedWebSocket: deflatedWebSocket
        case .sse: sse
        case .chunkedSSE: chunkedSSE
        }
      }
      set {
        switch framing {
        case .webSocket: webSocket = newValue
        case .deflatedWebSocket: deflatedWebSocket = newValue
        case .sse: sse = newValue
        case .chunkedSSE: chunkedSSE = newValue
        }
      }
    }
  }

  private func append(_ message: PublishedMessage, to group: FanOutGroup, places: inout Places) {
    let log = log(of: group.framing)
    let place = places[group.framing] ?? frame(message, group.framing, into: log)
    places[group.framing] = place
    if !group.hasNews { groupsWithNews.append(group) }
    group.append(place, of: message, in: log)
  }

  private func frame(_ message: PublishedMessage, _ framing: Framing, into log: FrameLog) -> FrameLog.Place {
    frame(message, framing)
    return log.append(scratch)
  }

  private func frame(_ message: PublishedMessage, _ framing: Framing) {
    scratch.removeAll(keepingCapacity: true)
    framer.append(message, framing, to: &scratch)
  }

  /// Frees the chunks that no member needs. If slow members hold too many, their part is copied to them first.
  private func releaseLog(_ framing: Framing) {
    let log = log(of: framing)
    let lagging = groups.values.filter { $0.framing == framing && $0.membersBehind > 0 }
    guard !lagging.isEmpty else { return log.removeAll() }
    if log.retainedBytes > Self.maxRetainedBytes {
      for group in lagging { group.shedAll(log, limits: limits, dropped: &dropped) }
      log.removeAll()
    } else if let oldest = lagging.compactMap(\.oldestChunkNeeded).min() {
      log.release(before: oldest)
    }
  }

  /// Messages that members are owed because their peers have not read them yet. Goes through every member of each group
  /// with a slow one: meant for a scrape now and then.
  package var queuedMessages: Int { groups.values.reduce(0) { $0 + $1.owedMessages } }

  /// Different combinations of subscription and framing in use.
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
