/// Connections that are sent what one publisher publishes.
package final class FanOutLoad {
  package struct Options: Sendable {
    package var connections: Int
    package var messageBytes: Int
    /// How many topics there are, and how many of them a connection subscribes to; 0: one for all.
    package var topics = 0
    package var topicsPerConnection = 3
    /// Seconds without a delivery after which the missing ones are lost.
    package var patience = 2.0

    package init(connections: Int, messageBytes: Int) {
      self.connections = connections
      self.messageBytes = messageBytes
    }
  }

  /// One stretch of publishing.
  struct Stretch {
    var published = 0
    var expected = 0
    var deliveries = 0
    var lost = 0
    /// From the first message's time to the last delivery.
    var seconds = 0.0
    var cpuShare: Double?
    var wasCutShort = false
  }

  let loop: LoadLoop
  let talk: WebSocketTalk
  private let options: Options
  let target: LoadTarget
  private let publishTarget: LoadTarget
  let usage: ProcessUsage?
  private(set) var subscribers: [LoadConnection] = []
  private var publisher: LoadConnection?
  private var templates: [MessageTemplate]
  /// By connection: the topics it subscribed to.
  private var topics: [[Int]] = []
  private var subscribersOfTopic: [Int]
  private var publishedOfTopic: [Int]
  private var output: [UInt8] = []

  package init(
    _ loop: LoadLoop, _ options: Options, target: LoadTarget, publishTarget: LoadTarget, usage: ProcessUsage?
  ) {
    self.loop = loop
    self.options = options
    self.target = target
    self.publishTarget = publishTarget
    self.usage = usage
    templates = (0..<max(options.topics, 1)).map { index in
      MessageTemplate(byteCount: options.messageBytes, topic: options.topics == 0 ? "events" : "job:\(index)")
    }
    talk = WebSocketTalk(histogram: LatencyHistogram(), stampOffset: templates[0].stampOffset)
    subscribersOfTopic = [options.connections]
    publishedOfTopic = [Int](repeating: 0, count: templates.count)
    guard options.topics > 0 else { return }
    var random = SeededGenerator(seed: 42)
    topics = (0..<options.connections).map { _ in
      Array((0..<options.topics).shuffled(using: &random).prefix(options.topicsPerConnection))
    }
    subscribersOfTopic = [Int](repeating: 0, count: options.topics)
    for topic in topics.joined() { subscribersOfTopic[topic] += 1 }
  }

  // MARK: Connections

  package func connect() throws {
    subscribers = try loop.open(options.connections, to: target, speaking: talk) { number in
      guard options.topics > 0 else { return target.upgrade() }
      let names = topics[number].map { "job:\($0)" }.joined(separator: ",")
      return target.upgrade(target.pathAdding(query: "topics=\(names)"))
    }
    // A server that broadcasts sends the publisher its own messages too; they don't count.
    publisher = try loop.open(1, to: publishTarget, speaking: deaf) { _ in publishTarget.upgrade() }[0]
  }

  /// One more subscriber, which reads nothing from now on. The kernel keeps as little for it as it can.
  func connectSlow() throws -> (LoadConnection, WebSocketTalk) {
    let talk = WebSocketTalk(histogram: LatencyHistogram(), stampOffset: templates[0].stampOffset)
    let slow = try loop.open(1, to: target, speaking: talk, receiveBufferBytes: 4_096) { _ in target.upgrade() }[0]
    slow.setReading(false)
    return (slow, talk)
  }

  package func disconnect() {
    subscribers.forEach { $0.close() }
    publisher?.close()
    subscribers = []
  }

  private let deaf = WebSocketTalk(histogram: LatencyHistogram(), stampOffset: 0)

  /// How connections ended that should not have.
  var endings: [Ending] { subscribers.compactMap(\.ending) + [publisher?.ending].compactMap { $0 } }

  // MARK: Publishing

  /// Publishes at a steady rate, whatever becomes of it (an open loop), then waits for the last delivery.
  ///
  /// Each message carries the time at which it was due: what is sent late, because somebody is busy, counts as latency.
  /// - Parameters:
  ///   - mostBehind: seconds of deliveries that may be missing before the stretch is cut short.
  ///   - isOver: asked now and then: whether to publish no more.
  func publish(
    rate: Int, seconds: Double, mostBehind: Double = .infinity, orUntil isOver: () -> Bool = { false }
  ) -> Stretch {
    reset()
    let planned = max(1, Int(Double(rate) * seconds))
    let interval = 1e9 / Double(rate)
    let perMessage = Double(subscribersOfTopic.reduce(0, +)) / Double(subscribersOfTopic.count)
    let tooFarBehind = mostBehind * Double(rate) * perMessage
    let ended = loop.endedCount
    let window = UsageWindow(usage)
    let start = SendStamp.now()
    var stretch = Stretch()
    while stretch.published < planned, !isOver() {
      loop.turn {
        let now = SendStamp.now()
        var due = start + Int(Double(stretch.published) * interval)
        while due <= now, stretch.published < planned {
          append(stamp: due, &stretch)
          due = start + Int(Double(stretch.published) * interval)
        }
        flush()
        // A turn waits a millisecond, which is enough for more messages than one in it.
        if interval >= 1e6 { loop.alarm.ring(inNanoseconds: due - SendStamp.now()) }
      }
      if Double(stretch.expected - talk.deliveries) > tooFarBehind || loop.endedCount > ended {
        stretch.wasCutShort = true
        break
      }
    }
    finish(&stretch, start: start, window)
    return stretch
  }

  /// Publishes messages back to back.
  func burst(_ count: Int) -> Stretch {
    reset()
    let window = UsageWindow(usage)
    var stretch = Stretch()
    let start = SendStamp.now()
    for _ in 0..<count { append(stamp: start, &stretch) }
    flush()
    finish(&stretch, start: start, window)
    return stretch
  }

  private func reset() {
    talk.reset()
    for subscriber in subscribers { subscriber.received = 0 }
    publishedOfTopic = [Int](repeating: 0, count: templates.count)
  }

  private func append(stamp: Int, _ stretch: inout Stretch) {
    let topic = stretch.published % templates.count
    templates[topic].append(stamp: stamp, to: &output)
    publishedOfTopic[topic] += 1
    stretch.published += 1
    stretch.expected += subscribersOfTopic[topic]
  }

  private func flush() {
    guard !output.isEmpty else { return }
    publisher?.send(output)
    output.removeAll(keepingCapacity: true)
  }

  /// Waits until everything has arrived, or until nothing more does.
  private func finish(_ stretch: inout Stretch, start: Int, _ window: UsageWindow) {
    var before = -1
    while talk.deliveries < stretch.expected, talk.deliveries > before, !stretch.wasCutShort {
      before = talk.deliveries
      loop.turn(until: SendStamp.now() + Int(options.patience * 1e9)) { talk.deliveries >= stretch.expected }
    }
    stretch.deliveries = talk.deliveries
    stretch.seconds = Double(max(talk.lastDelivery, start + 1) - start) / 1e9
    stretch.cpuShare = window.cpuShare
    stretch.lost = subscribers.enumerated().reduce(0) { $0 + max(0, expected(of: $1.offset) - $1.element.received) }
  }

  private func expected(of connection: Int) -> Int {
    guard options.topics > 0 else { return publishedOfTopic[0] }
    return topics[connection].reduce(0) { $0 + publishedOfTopic[$1] }
  }
}

/// SplitMix64 (Steele, Lea and Flood, 2014): the same topics for the same connections in every run.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
