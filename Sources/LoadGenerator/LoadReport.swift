import JSONValues

/// The results of a workload: a table for people and a JSON object for machines, in the same order.
package struct LoadReport {
  /// The keys are documented in docs/performance.md.
  package private(set) var json: JSONObject
  private var rows: [(label: String, text: String)] = []
  /// The number of messages that didn't arrive.
  package private(set) var lost = 0

  init(_ workload: String) { json = ["workload": .string(workload)] }

  /// One line per row, with the values aligned.
  package var table: String {
    let width = rows.map(\.label.count).max() ?? 0
    return rows.map { row in
      "  \(row.label)\(String(repeating: " ", count: width - row.label.count))  \(row.text)"
    }.joined(separator: "\n")
  }

  package mutating func add(_ key: String, label: String, value: JSON, text: String) {
    json[key] = value
    rows.append((label, text))
  }

  /// - Parameter count: Nil if unknown.
  mutating func add(_ key: String, label: String, count: Int?) {
    add(key, label: label, value: count.map(JSON.int) ?? .null, text: count.map(Self.grouped) ?? Self.unknown)
  }

  /// - Parameter milliseconds: Nil if unknown.
  mutating func add(_ key: String, label: String, milliseconds: Double?) {
    add(
      key, label: label, value: milliseconds.map { .double($0.rounded(toPlaces: 3)) } ?? .null,
      text: milliseconds.map { "\($0.rounded(toPlaces: 2)) ms" } ?? Self.unknown)
  }

  mutating func add(_ key: String, label: String, nanoseconds: Int) {
    add(key, label: label, milliseconds: Double(nanoseconds) / 1e6)
  }

  mutating func add(_ key: String, seconds: Double) {
    add(key, label: key, value: .double(seconds.rounded(toPlaces: 3)), text: "\(seconds.rounded(toPlaces: 2))")
  }

  mutating func addLatency(_ histogram: LatencyHistogram) {
    add("p50_ms", label: "latency p50", nanoseconds: histogram.percentile(0.5))
    add("p95_ms", label: "latency p95", nanoseconds: histogram.percentile(0.95))
    add("p99_ms", label: "latency p99", nanoseconds: histogram.percentile(0.99))
    add("max_ms", label: "latency max", nanoseconds: histogram.max)
  }

  mutating func addCPU(_ share: Double?) {
    add(
      "server_cpu", label: "server CPU, in cores", value: share.map { .double($0.rounded(toPlaces: 3)) } ?? .null,
      text: share.map { "\($0.rounded(toPlaces: 2))" } ?? Self.unknown)
  }

  /// - Parameter bytes: Nil if unknown.
  mutating func addMemory(_ key: String, label: String, bytes: Int?) {
    add(
      key, label: label, value: bytes.map(JSON.int) ?? .null,
      text: bytes.map { "\(Self.grouped($0)) B" } ?? Self.unknown)
  }

  mutating func addLost(_ count: Int) {
    lost += count
    add("lost", label: "lost messages", count: count)
  }

  private static let unknown = "unknown"

  /// Formats 1234567 as `1,234,567`.
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
