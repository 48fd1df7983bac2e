import Domain

/// How long a plugin takes for a frame: the latest value, and statistics of all values in bounded memory.
package struct PluginTimings: Equatable, Sendable {
  /// Milliseconds of the latest frame; nil before the first.
  package private(set) var latest: Double?
  package private(set) var maximum = 0.0
  package private(set) var count = 0
  /// A uniform sample of all values (Vitter's algorithm R).
  private var sample: [Double] = []
  private var random = SplitMix64(seed: 1)

  /// The p95 is then within about one percent; 8 KB a plugin.
  static let sampleSize = 1000

  package init() {}

  /// - Parameter milliseconds: of one frame.
  package mutating func add(_ milliseconds: Double) {
    latest = milliseconds
    maximum = max(maximum, milliseconds)
    count += 1
    if sample.count < Self.sampleSize {
      sample.append(milliseconds)
    } else if case let place = Int.random(in: 0..<count, using: &random), place < sample.count {
      sample[place] = milliseconds
    }
  }

  /// Of all frames so far; nil before the first. Sorts the sample.
  package var statistics: TimingStatistics? {
    guard !sample.isEmpty else { return nil }
    let sorted = sample.sorted()
    /// By nearest rank.
    func percentile(_ percent: Double) -> Double {
      let rank = (percent / 100 * Double(sorted.count)).rounded(.up)
      return sorted[min(max(Int(rank), 1), sorted.count) - 1]
    }
    return TimingStatistics(p50: percentile(50), p95: percentile(95), max: maximum)
  }
}

/// A duration as messages have it: milliseconds with one decimal, 0.0 to 999,999.0.
func milliseconds(_ duration: Duration) -> Double {
  let (seconds, attoseconds) = duration.components
  let exact = Double(seconds) * 1000 + Double(attoseconds) / 1e15
  return min(max(rounded(exact, digits: 1), 0), 999_999)
}

/// Small, fast and the same on every run; not for secrets.
struct SplitMix64: RandomNumberGenerator, Equatable, Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
