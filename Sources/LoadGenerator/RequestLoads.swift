// Hot: one call per read (`telltale bench echo`, `bench http`).

import Wire

/// Clients that wait for a response before they send the next request (a closed loop).
package enum RequestLoads {
  /// One message per connection, sent back and forth.
  package static func echo(
    loop: LoadLoop, target: LoadTarget, connections count: Int, messageBytes: Int, seconds: Double,
    usage: ProcessUsage?
  ) throws -> LoadReport {
    let message = [UInt8](repeating: UInt8(ascii: "x"), count: messageBytes)
    let clients = EchoClients(message: WebSocketFrame.masked(.text, payload: message))
    let connections = try loop.open(count, to: target, handler: clients) { _ in target.upgrade() }
    return try measure(
      "echo", counting: (key: "round_trips", label: "round trips"), loop: loop, target: target,
      connections: connections, clients: clients, seconds: seconds, usage: usage)
  }

  /// Requests on persistent connections.
  /// - Parameter pipeline: The number of requests that a client sends at once, before it reads a response.
  package static func http(
    loop: LoadLoop, target: LoadTarget, connections count: Int, pipeline: Int, seconds: Double,
    usage: ProcessUsage?
  ) throws -> LoadReport {
    let request = target.request()
    let requests = Array((0..<pipeline).map { _ in request }.joined())
    let clients = HTTPClients(
      requests: [[UInt8]](repeating: requests, count: count), pipeline: pipeline, status: 200)
    let connections = try loop.open(count, to: target, handler: clients) { _ in [] }
    return try measure(
      "http", counting: (key: "requests", label: "requests"), loop: loop, target: target, connections: connections,
      clients: clients, seconds: seconds, usage: usage)
  }

  /// Lets every connection send requests for the given time, and counts the responses.
  /// - Parameter counted: The key and the label of the count in the report.
  static func measure(
    _ workload: String, counting counted: (key: String, label: String), loop: LoadLoop, target: LoadTarget,
    connections: [LoadConnection], clients: any RequestingClients, seconds: Double, usage: ProcessUsage?
  ) throws -> LoadReport {
    defer { connections.forEach { $0.close() } }
    for connection in connections { clients.sendRequest(on: connection, at: SendStamp.now()) }
    loop.turn(until: SendStamp.now() + Int(min(seconds, 0.5) * 1e9))
    clients.histogram.removeAll()
    let window = UsageWindow(usage)
    let start = SendStamp.now()
    loop.turn(until: start + Int(seconds * 1e9))
    let passed = Double(SendStamp.now() - start) / 1e9
    let share = window.cpuShare
    if let reason = connections.lazy.compactMap(\.disconnectReason).first {
      throw LoadError.refused(url: "\(target)", reason: "\(reason)")
    }
    let responses = clients.histogram.count
    var report = LoadReport(workload)
    report.add("connections", label: "connections", count: connections.count)
    report.add("seconds", seconds: passed)
    report.add(counted.key, label: counted.label, count: responses)
    report.add(
      "\(counted.key)_per_second", label: "\(counted.label)/s",
      count: Int((Double(responses) / passed).rounded(.down)))
    report.addLatency(clients.histogram)
    report.addCPU(share)
    return report
  }
}

/// Clients that send a request again as soon as they have a response.
protocol RequestingClients: ConnectionHandler {
  var histogram: LatencyHistogram { get }
  func sendRequest(on connection: LoadConnection, at now: Int)
}

/// WebSocket clients of an echo server.
final class EchoClients: RequestingClients {
  let histogram = LatencyHistogram()
  private let message: [UInt8]

  init(message: [UInt8]) { self.message = message }

  func opened(_ connection: LoadConnection) {}

  func sendRequest(on connection: LoadConnection, at now: Int) {
    connection.sentAt = now
    connection.send(message)
  }

  func received(_ bytes: UnsafeRawBufferPointer, at now: Int, on connection: LoadConnection) -> Int {
    var offset = 0
    while let frame = FrameWalker.frame(bytes, at: offset), bytes.count - offset >= frame.byteCount {
      offset += frame.byteCount
      switch frame.opcode {
      case 1 where connection.sentAt > 0:
        histogram.record(now - connection.sentAt)
        sendRequest(on: connection, at: now)
      case 8: connection.end(.closed(code: nil))
      default: break
      }
    }
    return offset
  }
}

/// HTTP clients that send the same requests over and over.
final class HTTPClients: RequestingClients {
  let histogram = LatencyHistogram()
  private let requests: [[UInt8]]
  private let pipeline: Int
  private let status: Int

  /// - Parameters:
  ///   - requests: The bytes that each connection sends, by connection number.
  ///   - pipeline: The number of requests in those bytes.
  ///   - status: The expected status. Any other ends the connection.
  init(requests: [[UInt8]], pipeline: Int, status: Int) {
    self.requests = requests
    self.pipeline = pipeline
    self.status = status
  }

  func opened(_ connection: LoadConnection) {}

  func sendRequest(on connection: LoadConnection, at now: Int) {
    connection.sentAt = now
    connection.received = 0
    connection.send(requests[connection.number])
  }

  func received(_ bytes: UnsafeRawBufferPointer, at now: Int, on connection: LoadConnection) -> Int {
    var offset = 0
    while offset < bytes.count {
      if connection.remainingBodyBytes == 0 {
        guard let response = ResponseScanner(UnsafeRawBufferPointer(rebasing: bytes[offset...])) else { break }
        guard response.status == status else {
          connection.end(.status(response.status))
          return bytes.count
        }
        offset += response.headBytes
        connection.remainingBodyBytes = response.bodyBytes
      }
      let here = min(connection.remainingBodyBytes, bytes.count - offset)
      offset += here
      connection.remainingBodyBytes -= here
      guard connection.remainingBodyBytes == 0 else { break }
      histogram.record(now - connection.sentAt)
      connection.received += 1
      if connection.received == pipeline { sendRequest(on: connection, at: now) }
    }
    return offset
  }
}
