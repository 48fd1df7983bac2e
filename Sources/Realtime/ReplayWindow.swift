import Domain

/// The newest numbered messages, kept for those who come back with a cursor. Offsets in it have no hole.
struct ReplayWindow {
  /// How many messages it keeps at most.
  let capacity: Int
  /// How many bytes of messages it keeps at most; a single one may have more.
  let maxBytes: Int
  /// Each message at the remainder of its offset.
  private var ring: [PublishedMessage?]
  private(set) var count = 0
  private var byteCount = 0
  /// The offset of the newest; the one before the first where nothing came yet.
  private(set) var newestOffset: Int

  init(capacity: Int, maxBytes: Int, after offset: Int = 0) {
    self.capacity = capacity
    self.maxBytes = maxBytes
    ring = Array(repeating: nil, count: capacity)
    newestOffset = offset
  }

  /// The offset that the oldest message comes after.
  private var start: Int { newestOffset - count }

  /// - Precondition: the message's offset is ``newestOffset`` + 1.
  mutating func append(_ message: PublishedMessage) {
    if count == capacity { removeOldest() }
    newestOffset += 1
    count += 1
    byteCount += message.json.count
    ring[newestOffset % capacity] = message
    while byteCount > maxBytes, count > 1 { removeOldest() }
  }

  private mutating func removeOldest() {
    let index = (start + 1) % capacity
    byteCount -= ring[index]?.json.count ?? 0
    ring[index] = nil
    count -= 1
  }

  /// Whether every message after the offset is still here.
  func reaches(back offset: Int) -> Bool { offset >= start && offset <= newestOffset }

  /// The messages after one offset up to and including another, oldest first. Those no longer kept are left out.
  func messages(after offset: Int, through last: Int) -> [PublishedMessage] {
    let (first, end) = (max(offset, start), min(last, newestOffset))
    guard first < end else { return [] }
    return (first..<end).compactMap { ring[($0 + 1) % capacity] }
  }
}
