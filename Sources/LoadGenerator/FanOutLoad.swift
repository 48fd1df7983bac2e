/// One publisher, and connections that receive what it publishes.
package final class FanOutLoad {
  package struct Options: Sendable {
    package var connections: Int
    package var messageBytes: Int
    /// The number of topics; 0 for a single topic that all connections subscribe to.
    package var topics = 0
    /// The number of topics that each connection subscribes to.
    package var topicsPerConnection = 3
    /// Seconds without a delivery after which the missing ones count as lost.
    package var deliveryTimeout = 2.0

    package init(connections: Int, messageBytes: Int) {
      self.connections = connections
      self.messageBytes = messageBytes
    }
  }

  /// The result of publishing for a while.
  struct Measurement {
    var published = 0
    var expected = 0
    var deliveries = 0
    var lost = 0
    /// From the first message's send time to the last delivery.
    var seconds = 0.0
    var cpuShare: Double?
    var wasCutShort = false
  }

  let loop: LoadLoop
  let counter: DeliveryCounter
  private let options: Options
  let target: LoadTarget
  private let publishTarget: LoadTarget
  let usage: ProcessUsage?
  private(set) var subscribers: [LoadConnection] = []
  private var publisher: LoadConnection?
  private var templates: [MessageTemplate]
  /// The topics of each connection.
  private var topics: [[Int]] = []
  private var subscribersOfTopic: [Int]
  private var publishedOfTopic: [Int]
  private var output: [UInt8] = []

  package init(
    loop: LoadLoop, options: Options, target: LoadTarget, publishTarget: LoadTarget, usage: ProcessUsage?
  ) {
    self.loop = loop
    self.options = options
    self.target = target
    self.publishTarget = publishTarget
    self.usage = usage
    templates = (0..<max(options.topics, 1)).map { index in
      MessageTemplate(byteCount: options.messageBytes, topic: options.topics == 0 ? "events" : "job:\(index)")
    }
    counter = DeliveryCounter(histogram: LatencyHistogram(), stampOffset: templates[0].stampOffset)
    subscribersOfTopic = [options.connections]
    publishedOfTopic = [Int](repeating: 0, count: templates.count)
    guard options.topics > 0 else { return }
    var random = SplitMix64(seed: 42)
    topics = (0..<options.connections).map { _ in
      Array((0..<options.topics).shuffled(using: &random).prefix(options.topicsPerConnection))
    }
    subscribersOfTopic = [Int](repeating: 0, count: options.topics)
    for topic in topics.joined() { subscribersOfTopic[topic] += 1 }
  }

  // MARK: Connections

  package func connect() throws {
    subscribers = try loop.open(options.connections, to: target, handler: counter) { number in
      guard options.topics > 0 else { return target.upgrade() }
      let names = topics[number].map { "job:\($0)" }.joined(separator: ",")
      return target.upgrade(path: target.path(addingQuery: "topics=\(names)"))
    }
    // A server that broadcasts also sends the publisher its own messages, which must not count.
    publisher = try loop.open(1, to: publishTarget, handler: publisherCounter) { _ in publishTarget.upgrade() }[0]
  }

  /// Connects one more subscriber that doesn't read. Its kernel buffer is as small as possible.
  func connectSlow() throws -> (LoadConnection, DeliveryCounter) {
    let counter = DeliveryCounter(histogram: LatencyHistogram(), stampOffset: templates[0].stampOffset)
    let slow = try loop.open(1, to: target, handler: counter, receiveBufferBytes: 4_096) { _ in target.upgrade() }[0]
    slow.setReading(isEnabled: false)
    return (slow, counter)
  }

  package func disconnect() {
    subscribers.forEach { $0.close() }
    publisher?.close()
    subscribers = []
  }

  private let publisherCounter = DeliveryCounter(histogram: LatencyHistogram(), stampOffset: 0)

  /// Why connections ended prematurely.
  var disconnectReasons: [DisconnectReason] {
    subscribers.compactMap(\.disconnectReason) + [publisher?.disconnectReason].compactMap { $0 }
  }

  // MARK: Publishing

  /// Publishes at a steady rate regardless of deliveries (an open loop), then waits for the last delivery.
  ///
  /// Each message carries the time at which it was due, so a delay in sending counts as latency.
  /// - Parameters:
  ///   - maxSecondsBehind: Aborts the measurement if more than this many seconds of deliveries are outstanding.
  ///   - isOver: Polled between turns of the loop; publishing stops once it returns true.
  func publish(
    rate: Int, seconds: Double, maxSecondsBehind: Double = .infinity, orUntil isOver: () -> Bool = { false }
  ) -> Measurement {
    reset()
    let planned = max(1, Int(Double(rate) * seconds))
    let interval = 1e9 / Double(rate)
    let perMessage = Double(subscribersOfTopic.reduce(0, +)) / Double(subscribersOfTopic.count)
    let maxOutstanding = maxSecondsBehind * Double(rate) * perMessage
    let disconnectsBefore = loop.disconnectCount
    let window = UsageWindow(usage)
    let start = SendStamp.now()
    var measurement = Measurement()
    while measurement.published < planned, !isOver() {
      loop.turn {
        let now = SendStamp.now()
        var due = start + Int(Double(measurement.published) * interval)
        while due <= now, measurement.published < planned {
          append(stamp: due, to: &measurement)
          due = start + Int(Double(measurement.published) * interval)
        }
        flush()
        // A turn waits a millisecond. At higher rates, several messages are due in each turn, and no alarm is needed.
        if interval >= 1e6 { loop.alarm.ring(inNanoseconds: due - SendStamp.now()) }
      }
      let outstanding = Double(measurement.expected - counter.deliveries)
      if outstanding > maxOutstanding || loop.disconnectCount > disconnectsBefore {
        measurement.wasCutShort = true
        break
      }
    }
    finish(&measurement, start: start, window: window)
    return measurement
  }

  /// Publishes messages back to back.
  func burst(_ count: Int) -> Measurement {
    reset()
    let window = UsageWindow(usage)
    var measurement = Measurement()
    let start = SendStamp.now()
    for _ in 0..<count { append(stamp: start, to: &measurement) }
    flush()
    finish(&measurement, start: start, window: window)
    return measurement
  }

  private func reset() {
    counter.reset()
    for subscriber in subscribers { subscriber.received = 0 }
    publishedOfTopic = [Int](repeating: 0, count: templates.count)
  }

  private func append(stamp: Int, to measurement: inout Measurement) {
    let topic = measurement.published % templates.count
    templates[topic].append(stamp: stamp, to: &output)
    publishedOfTopic[topic] += 1
    measurement.published += 1
    measurement.expected += subscribersOfTopic[topic]
  }

  private func flush() {
    guard !output.isEmpty else { return }
    publisher?.send(output)
    output.removeAll(keepingCapacity: true)
  }

  /// Waits until everything has arrived, or until a timeout passes without a delivery.
  private func finish(_ measurement: inout Measurement, start: Int, window: UsageWindow) {
    var before = -1
    while counter.deliveries < measurement.expected, counter.deliveries > before, !measurement.wasCutShort {
      before = counter.deliveries
      loop.turn(until: SendStamp.now() + Int(options.deliveryTimeout * 1e9)) {
        counter.deliveries >= measurement.expected
      }
    }
    measurement.deliveries = counter.deliveries
    measurement.seconds = Double(max(counter.lastDelivery, start + 1) - start) / 1e9
    measurement.cpuShare = window.cpuShare
    measurement.lost = subscribers.enumerated().reduce(0) { $0 + max(0, expected(of: $1.offset) - $1.element.received) }
  }

  private func expected(of connection: Int) -> Int {
    guard options.topics > 0 else { return publishedOfTopic[0] }
    return topics[connection].reduce(0) { $0 + publishedOfTopic[$1] }
  }
}

/// A random generator (Steele, Lea and Flood, 2014). The seed makes every run assign the same topics to the connections.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
