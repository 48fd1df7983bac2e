// Hot: one call a read (`telltale bench echo`, `bench http`).

/// Clients that each wait for their answer before they ask again (a closed loop).
package enum RequestLoads {
  /// One message a connection, back and forth.
  package static func echo(
    _ loop: LoadLoop, _ target: LoadTarget, connections count: Int, messageBytes: Int, seconds: Double,
    usage: ProcessUsage?
  ) throws -> LoadReport {
    let talk = EchoTalk(message: WebSocketTalk.frame(.text, [UInt8](repeating: UInt8(ascii: "x"), count: messageBytes)))
    let connections = try loop.open(count, to: target, speaking: talk) { _ in target.upgrade() }
    return try measure(
      "echo", (key: "round_trips", label: "round trips"), loop, target, connections, talk, seconds: seconds,
      usage: usage)
  }

  /// Requests on connections that are kept.
  /// - Parameter pipeline: how many are sent at once, before any answer.
  package static func http(
    _ loop: LoadLoop, _ target: LoadTarget, connections count: Int, pipeline: Int, seconds: Double,
    usage: ProcessUsage?
  ) throws -> LoadReport {
    let request = target.request()
    let requests = Array((0..<pipeline).map { _ in request }.joined())
    let talk = HTTPTalk(
      requests: [[UInt8]](repeating: requests, count: count), pipeline: pipeline, status: 200)
    let connections = try loop.open(count, to: target, speaking: talk) { _ in [] }
    return try measure(
      "http", (key: "requests", label: "requests"), loop, target, connections, talk, seconds: seconds, usage: usage)
  }

  /// Has every connection ask, and ask again when it has its answer.
  /// - Parameter counted: what an answered question is called.
  static func measure(
    _ workload: String, _ counted: (key: String, label: String), _ loop: LoadLoop, _ target: LoadTarget,
    _ connections: [LoadConnection],
    _ talk: any AskingTalk, seconds: Double, usage: ProcessUsage?
  ) throws -> LoadReport {
    defer { connections.forEach { $0.close() } }
    for connection in connections { talk.ask(connection, at: SendStamp.now()) }
    loop.turn(until: SendStamp.now() + Int(min(seconds, 0.5) * 1e9))
    talk.histogram.removeAll()
    let window = UsageWindow(usage)
    let start = SendStamp.now()
    loop.turn(until: start + Int(seconds * 1e9))
    let passed = Double(SendStamp.now() - start) / 1e9
    let share = window.cpuShare
    if let ending = connections.lazy.compactMap(\.ending).first {
      throw LoadError.refused(url: "\(target)", reason: "\(ending)")
    }
    let answers = talk.histogram.count
    var report = LoadReport(workload)
    report.add("connections", "connections", connections.count)
    report.add("seconds", seconds: passed)
    report.add(counted.key, counted.label, answers)
    report.add(
      "\(counted.key)_per_second", "\(counted.label)/s", Int((Double(answers) / passed).rounded(.down)))
    report.addLatency(talk.histogram)
    report.addCPU(share)
    return report
  }
}

/// Asks, and asks again when the answer is there.
protocol AskingTalk: Talk {
  var histogram: LatencyHistogram { get }
  func ask(_ connection: LoadConnection, at now: Int)
}

/// A WebSocket that gets back what it sends.
final class EchoTalk: AskingTalk {
  let histogram = LatencyHistogram()
  private let message: [UInt8]

  init(message: [UInt8]) { self.message = message }

  func opened(_ connection: LoadConnection) {}

  func ask(_ connection: LoadConnection, at now: Int) {
    connection.sentAt = now
    connection.send(message)
  }

  func received(_ bytes: UnsafeRawBufferPointer, at now: Int, _ connection: LoadConnection) -> Int {
    var offset = 0
    while let frame = FrameWalker.frame(bytes, at: offset), bytes.count - offset >= frame.byteCount {
      offset += frame.byteCount
      switch frame.opcode {
      case 1 where connection.sentAt > 0:
        histogram.record(now - connection.sentAt)
        ask(connection, at: now)
      case 8: connection.end(.closed(code: nil))
      default: break
      }
    }
    return offset
  }
}

/// Clients that send the same requests again and again.
final class HTTPTalk: AskingTalk {
  let histogram = LatencyHistogram()
  private let requests: [[UInt8]]
  private let pipeline: Int
  private let status: Int

  /// - Parameters:
  ///   - requests: what each connection sends, by its number.
  ///   - pipeline: how many requests that are.
  ///   - status: of an answer that counts; any other ends the connection.
  init(requests: [[UInt8]], pipeline: Int, status: Int) {
    self.requests = requests
    self.pipeline = pipeline
    self.status = status
  }

  func opened(_ connection: LoadConnection) {}

  func ask(_ connection: LoadConnection, at now: Int) {
    connection.sentAt = now
    connection.received = 0
    connection.send(requests[connection.number])
  }

  func received(_ bytes: UnsafeRawBufferPointer, at now: Int, _ connection: LoadConnection) -> Int {
    var offset = 0
    while offset < bytes.count {
      if connection.bodyToCome == 0 {
        guard let answer = ResponseScanner(UnsafeRawBufferPointer(rebasing: bytes[offset...])) else { break }
        guard answer.status == status else {
          connection.end(.status(answer.status))
          return bytes.count
        }
        offset += answer.headBytes
        connection.bodyToCome = answer.bodyBytes
      }
      let here = min(connection.bodyToCome, bytes.count - offset)
      offset += here
      connection.bodyToCome -= here
      guard connection.bodyToCome == 0 else { break }
      histogram.record(now - connection.sentAt)
      connection.received += 1
      if connection.received == pipeline { ask(connection, at: now) }
    }
    return offset
  }
}
