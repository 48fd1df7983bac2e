/// Metrics in Prometheus' text format, version 0.0.4: a list of families, each with its help, type and samples. Label
/// values are escaped.
package struct MetricsText {
  package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  package enum Kind: String, Sendable { case counter, gauge, histogram }
  package typealias Labels = KeyValuePairs<String, String>

  /// A value or a histogram of a family.
  package struct Sample {
    fileprivate let labels: Labels
    fileprivate let value: Value
    fileprivate enum Value {
      case number(String)
      case histogram(Histogram)
    }

    package init(_ labels: Labels, _ value: Int) {
      self.labels = labels
      self.value = .number("\(value)")
    }

    package init(_ labels: Labels, _ value: Double) {
      self.labels = labels
      self.value = .number("\(value)")
    }

    package init(_ labels: Labels, _ value: Histogram) {
      self.labels = labels
      self.value = .histogram(value)
    }

    // Without labels.
    package init(_ value: Int) { self.init([:], value) }
    package init(_ value: Double) { self.init([:], value) }
    package init(_ value: Histogram) { self.init([:], value) }

    /// A duration in microseconds, written in seconds.
    package init(_ labels: Labels, microseconds: Int) { self.init(labels, Double(microseconds) / 1e6) }
  }

  package private(set) var bytes: [UInt8] = []
  private let prefix: String

  /// - Parameter prefix: Prepended to every name.
  package init(prefix: String) { self.prefix = prefix }

  /// Appends a family. A family without samples still gets its help and type lines, so that it can be discovered.
  package mutating func append(_ name: String, _ kind: Kind, help: String, samples: [Sample]) {
    let name = prefix + name
    line("# HELP \(name) \(Self.escaped(help, quotes: false))")
    line("# TYPE \(name) \(kind.rawValue)")
    for sample in samples {
      switch sample.value {
      case .number(let number): line("\(name)\(Self.text(sample.labels)) \(number)")
      case .histogram(let histogram): append(histogram, name: name, labels: sample.labels)
      }
    }
  }

  private mutating func append(_ histogram: Histogram, name: String, labels: Labels) {
    var total = 0
    for (bound, count) in zip(histogram.bounds, histogram.counts) {
      total += count
      line("\(name)_bucket\(Self.text(labels, bound: "\(Double(bound) / 1e6)")) \(total)")
    }
    line("\(name)_bucket\(Self.text(labels, bound: "+Inf")) \(histogram.count)")
    line("\(name)_sum\(Self.text(labels)) \(Double(histogram.sum) / 1e6)")
    line("\(name)_count\(Self.text(labels)) \(histogram.count)")
  }

  private mutating func line(_ text: String) {
    bytes.append(contentsOf: text.utf8)
    bytes.append(UInt8(ascii: "\n"))
  }

  private static func text(_ labels: Labels, bound: String? = nil) -> String {
    var pairs = labels.map { "\($0.key)=\"\(escaped($0.value, quotes: true))\"" }
    if let bound { pairs.append("le=\"\(bound)\"") }
    return pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}"
  }

  /// Escapes backslashes and line feeds, and quotes in label values. Other control characters become U+FFFD.
  /// - Parameter quotes: Whether the text is a label value.
  private static func escaped(_ text: String, quotes: Bool) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\"" where quotes: result += "\\\""
      case _ where scalar.properties.generalCategory == .control: result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
