import Domain

/// The newest messages with a position, kept for clients that resume. Their offsets have no hole.
struct ReplayWindow {
  /// The most messages that it keeps.
  let capacity: Int
  /// The most bytes of messages that it keeps; a single message may have more.
  let maxBytes: Int
  /// Each message at its offset modulo the capacity.
  private var ring: [PublishedMessage?]
  private(set) var count = 0
  private var byteCount = 0
  /// The offset of the newest message; before the first message, the offset that it will follow.
  private(set) var newestOffset: Int

  init(capacity: Int, maxBytes: Int, after offset: Int = 0) {
    self.capacity = capacity
    self.maxBytes = maxBytes
    ring = Array(repeating: nil, count: capacity)
    newestOffset = offset
  }

  /// The offset before the oldest message's.
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

  /// Whether every message after the offset is still kept.
  func reaches(back offset: Int) -> Bool { offset >= start && offset <= newestOffset }

  /// The kept messages after one offset through another, oldest first.
  func messages(after offset: Int, through last: Int) -> [PublishedMessage] {
    let (first, end) = (max(offset, start), min(last, newestOffset))
    guard first < end else { return [] }
    return (first..<end).compactMap { ring[($0 + 1) % capacity] }
  }
}
