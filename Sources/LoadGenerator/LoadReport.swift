import JSONValues

/// What a workload measured: rows for people, members for machines, in the same order.
package struct LoadReport {
  /// One JSON object; its keys are documented in docs/performance.md.
  package private(set) var json: JSONObject
  private var rows: [(label: String, text: String)] = []
  /// Messages that should have arrived and did not.
  package private(set) var lost = 0

  init(_ workload: String) { json = ["workload": .string(workload)] }

  /// A line a row, the values below each other.
  package var table: String {
    let width = rows.map(\.label.count).max() ?? 0
    return rows.map { row in
      "  \(row.label)\(String(repeating: " ", count: width - row.label.count))  \(row.text)"
    }.joined(separator: "\n")
  }

  package mutating func add(_ key: String, _ label: String, _ value: JSON, _ text: String) {
    json[key] = value
    rows.append((label, text))
  }

  mutating func add(_ key: String, _ label: String, _ count: Int) { add(key, label, .int(count), Self.grouped(count)) }

  mutating func add(_ key: String, _ label: String, milliseconds: Double) {
    add(key, label, .double(milliseconds.rounded(toPlaces: 3)), "\(milliseconds.rounded(toPlaces: 2)) ms")
  }

  /// Where it is not known, it says so.
  mutating func add(_ key: String, _ label: String, milliseconds: Double?) {
    guard let milliseconds else { return add(key, label, .null, "not known") }
    add(key, label, milliseconds: milliseconds as Double)
  }

  mutating func add(_ key: String, _ label: String, _ count: Int?) {
    guard let count else { return add(key, label, .null, "not known") }
    add(key, label, count as Int)
  }

  mutating func add(_ key: String, _ label: String, nanoseconds: Int) {
    add(key, label, milliseconds: Double(nanoseconds) / 1e6)
  }

  mutating func add(_ key: String, seconds: Double) {
    add(key, key, .double(seconds.rounded(toPlaces: 3)), "\(seconds.rounded(toPlaces: 2))")
  }

  mutating func addLatency(_ histogram: LatencyHistogram) {
    add("p50_ms", "latency p50", nanoseconds: histogram.percentile(0.5))
    add("p95_ms", "latency p95", nanoseconds: histogram.percentile(0.95))
    add("p99_ms", "latency p99", nanoseconds: histogram.percentile(0.99))
    add("max_ms", "latency max", nanoseconds: histogram.max)
  }

  mutating func addCPU(_ share: Double?) {
    guard let share else { return add("server_cpu", "server's share of a core", .null, "not known") }
    add("server_cpu", "server's share of a core", .double(share.rounded(toPlaces: 3)), "\(share.rounded(toPlaces: 2))")
  }

  mutating func addMemory(_ key: String, _ label: String, _ bytes: Int?) {
    add(key, label, bytes.map(JSON.int) ?? .null, bytes.map { "\(Self.grouped($0)) B" } ?? "not known")
  }

  mutating func addLost(_ count: Int) {
    lost += count
    add("lost", "lost messages", count)
  }

  /// `1,234,567`.
  static func grouped(_ number: Int) -> String {
    var digits = Array(String(number.magnitude))
    for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: place) }
    return (number < 0 ? "-" : "") + String(digits)
  }
}

extension Double {
  func rounded(toPlaces places: Int) -> Double {
    let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
    return (self * scale).rounded() / scale
  }
}
