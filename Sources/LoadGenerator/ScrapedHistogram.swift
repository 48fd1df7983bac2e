/// A histogram parsed from `/metrics` (Prometheus text format 0.0.4).
package struct ScrapedHistogram: Equatable {
  /// Upper bounds in seconds, the last one infinite, with cumulative counts.
  private var buckets: [(bound: Double, count: Int)] = []

  package static func == (one: Self, other: Self) -> Bool { one.buckets.elementsEqual(other.buckets, by: ==) }

  /// Nil if the text has no histogram of this name.
  package init?(_ name: String, in text: String) {
    let start = "\(name)_bucket{le=\""
    for line in text.split(separator: "\n") where line.hasPrefix(start) {
      let words = line.dropFirst(start.count).split(separator: "\"} ")
      guard words.count == 2, let count = Int(words[1]) else { return nil }
      guard let bound = words[0] == "+Inf" ? .infinity : Double(words[0]) else { return nil }
      buckets.append((bound, count))
    }
    guard buckets.last?.bound == .infinity else { return nil }
  }

  package var count: Int { buckets.last?.count ?? 0 }

  /// The values recorded since an earlier scrape of the same histogram.
  package func since(_ earlier: ScrapedHistogram) -> ScrapedHistogram {
    var later = self
    for index in later.buckets.indices { later.buckets[index].count -= earlier.buckets[index].count }
    return later
  }

  /// The value, in seconds, that the given fraction of the values doesn't exceed; nil if there are none.
  ///
  /// Interpolates linearly within a bucket. Values above the highest finite bound count as that bound.
  package func percentile(_ share: Double) -> Double? {
    guard count > 0 else { return nil }
    let rank = share * Double(count)
    var low = (bound: 0.0, count: 0)
    for bucket in buckets {
      guard Double(bucket.count) < rank else {
        guard bucket.bound.isFinite else { return low.bound }
        let part = (rank - Double(low.count)) / Double(bucket.count - low.count)
        return low.bound + (bucket.bound - low.bound) * part
      }
      low = bucket
    }
    return low.bound
  }
}
