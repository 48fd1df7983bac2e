import Domain

/// The newest numbered messages, kept for those who come back with a cursor. Offsets in it have no hole.
struct ReplayWindow {
  /// How many messages it keeps.
  let capacity: Int
  private var ring: [PublishedMessage] = []
  /// Where the oldest stands in the ring once that is full.
  private var head = 0
  /// The offset of the newest; the one before the first where nothing came yet.
  private(set) var newestOffset: Int

  init(capacity: Int, after offset: Int = 0) {
    self.capacity = capacity
    newestOffset = offset
  }

  var count: Int { ring.count }

  /// - Precondition: the message's offset is ``newestOffset`` + 1.
  mutating func append(_ message: PublishedMessage) {
    newestOffset += 1
    if ring.count < capacity {
      ring.append(message)
    } else {
      ring[head] = message
      head = head + 1 == capacity ? 0 : head + 1
    }
  }

  /// Whether every message after the offset is still here.
  func reaches(back offset: Int) -> Bool { offset >= newestOffset - ring.count && offset <= newestOffset }

  /// The messages after one offset up to and including another, oldest first. Those no longer kept are left out.
  func messages(after offset: Int, through last: Int) -> [PublishedMessage] {
    let oldest = newestOffset - ring.count
    let first = max(offset, oldest) - oldest
    let end = min(last, newestOffset) - oldest
    guard first < end else { return [] }
    return (first..<end).map { ring[(head + $0) % ring.count] }
  }
}
