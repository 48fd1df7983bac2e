import Processes

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A Redis server to compare acknowledged publishes with: `XADD` with `appendfsync always`, so that an answer means the same
/// as our 202, on the same disk.
///
/// `redis-server` and `redis-benchmark` must be on the PATH; both are in Debian's packages `redis-server` and `redis-tools`.
package final class RedisPeer {
  package struct Publishes: Equatable, Sendable {
    package let perSecond: Double
    package let p50Milliseconds: Double
    package let p99Milliseconds: Double
  }

  /// For example `Redis 7.0.15`.
  package let name: String
  private let server: ChildProcess
  private let port: Int
  private let environment: [String: String]

  /// Starts the server, on the cores that the calling thread is pinned to.
  /// - Parameter folder: for its log.
  /// - Throws: ``LoadError/peer(_:)``
  package init(folder: String, environment: [String: String]) throws(LoadError) {
    self.environment = environment
    var complaint = ""
    for _ in 0..<5 {
      let port = Int.random(in: 20_000..<32_000)
      let server = try Self.start(
        [
          "redis-server", "--port", "\(port)", "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly",
          "yes",
          "--appendfsync", "always", "--no-appendfsync-on-rewrite", "no", "--auto-aof-rewrite-percentage", "0",
        ], environment)
      let output = String(decoding: server.standardOutput.read { Self.isReady($0) }, as: UTF8.self)
      if Self.isReady(Array(output.utf8)) {
        (self.server, self.port) = (server, port)
        name =
          "Redis \(output.firstRange(of: "Redis version=").map { output[$0.upperBound...].prefix { $0 != "," } } ?? "")"
        return
      }
      // Another program may have the port.
      complaint = output.split(separator: "\n").last.map(String.init) ?? "It printed nothing."
    }
    throw .peer(complaint)
  }

  /// Stops the server.
  package func stop() {
    server.signalGroup(SIGTERM)
    _ = server.waitForEnd()
  }

  /// Clients that add messages to streams, each waiting for the answer to one before it sends the next.
  /// - Parameters:
  ///   - publishers: clients, and streams, which are chosen at random.
  ///   - seconds: for about how long.
  /// - Throws: ``LoadError/peer(_:)``
  package func publish(publishers: Int, messageBytes: Int, seconds: Double) throws(LoadError) -> Publishes {
    // redis-benchmark counts requests, not seconds.
    let warmup = try measure(publishers: publishers, messageBytes: messageBytes, requests: max(200, publishers * 20))
    let requests = max(publishers, Int(warmup.perSecond * seconds))
    return try measure(publishers: publishers, messageBytes: messageBytes, requests: requests)
  }

  private func measure(publishers: Int, messageBytes: Int, requests: Int) throws(LoadError) -> Publishes {
    let process = try Self.start(
      [
        "redis-benchmark", "-p", "\(port)", "-c", "\(publishers)", "-n", "\(requests)", "-r", "\(publishers)", "--csv",
        "XADD", "job:__rand_int__", "*", "m", String(repeating: "x", count: messageBytes),
      ], environment)
    let output = String(decoding: process.standardOutput.read(), as: UTF8.self)
    let complaint = process.standardError.readLine()
    guard process.waitForEnd() == .exited(code: 0), let publishes = Self.parse(output) else {
      throw .peer("redis-benchmark failed: \(complaint)")
    }
    return publishes
  }

  /// Parses the last line of `redis-benchmark --csv`: the command, requests per second, and latencies in milliseconds: mean,
  /// minimum, p50, p95, p99 and maximum.
  static func parse(_ output: String) -> Publishes? {
    let numbers = output.split(separator: "\n").last?.split(separator: ",").suffix(7).map {
      Double($0.filter { $0 != "\"" })
    }
    guard let numbers, numbers.count == 7, let rate = numbers[0], let p50 = numbers[3], let p99 = numbers[5] else {
      return nil
    }
    return Publishes(perSecond: rate, p50Milliseconds: p50, p99Milliseconds: p99)
  }

  private static func isReady(_ output: [UInt8]) -> Bool {
    String(decoding: output, as: UTF8.self).contains("Ready to accept connections")
  }

  private static func start(_ command: [String], _ environment: [String: String]) throws(LoadError) -> ChildProcess {
    do {
      return try ChildProcess(command, environment: environment)
    } catch {
      throw .peer("\(error) Install Debian's packages redis-server and redis-tools.")
    }
  }
}

extension ReportLoad {
  /// Runs ``publish(loop:target:publishers:messageBytes:seconds:usage:)`` and the same load on Redis in turn.
  /// - Parameter publish: runs our side once.
  /// - Returns: our run with the median rate, with the peer's figures and the ratio of each round.
  /// - Throws: ``LoadError/peer(_:)``, or what `publish` throws.
  package static func compare(
    _ publish: () throws -> LoadReport, beside peer: RedisPeer, publishers: Int, messageBytes: Int, seconds: Double,
    rounds: Int
  ) throws -> LoadReport {
    var ours: [LoadReport] = []
    var theirs: [RedisPeer.Publishes] = []
    for round in 0..<rounds {
      let measurePeer = { () throws in
        theirs.append(try peer.publish(publishers: publishers, messageBytes: messageBytes, seconds: seconds))
      }
      // In alternating order, so that neither side always comes first.
      if round % 2 == 1 { try measurePeer() }
      ours.append(try publish())
      if round % 2 == 0 { try measurePeer() }
    }
    let rate = { (report: LoadReport) in report.json["publishes_per_second"]?.doubleValue ?? 0 }
    let ratios = zip(ours, theirs).map { rate($0) / $1.perSecond }.sorted()
    let peers = theirs.sorted { $0.perSecond < $1.perSecond }
    var report = ours.sorted { rate($0) < rate($1) }[rounds / 2]
    report.add("rounds", label: "rounds, medians of", count: rounds)
    report.add("peer", label: "beside", value: .string(peer.name), text: "\(peer.name), XADD, appendfsync always")
    report.add("peer_publishes_per_second", label: "its publishes/s", count: Int(peers[rounds / 2].perSecond))
    report.add("peer_p50_ms", label: "its latency p50", milliseconds: peers[rounds / 2].p50Milliseconds)
    report.add("peer_p99_ms", label: "its latency p99", milliseconds: peers[rounds / 2].p99Milliseconds)
    for (key, label, ratio) in [
      ("ratio", "ratio", ratios[rounds / 2]), ("ratio_min", "lowest ratio", ratios[0]),
      ("ratio_max", "highest ratio", ratios[rounds - 1]),
    ] {
      let rounded = ratio.rounded(toPlaces: 3)
      report.add(key, label: label, value: .double(rounded), text: "\(rounded)")
    }
    return report
  }
}
