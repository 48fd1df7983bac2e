/// What takes memory for its texts.
protocol ByteCounted {
  /// Bytes of its texts.
  var byteCount: Int { get }
}

/// The newest elements of a list, oldest first: at most a number of them and of their bytes, but always the newest one.
///
/// An append costs the same however many there are.
struct NewestKept<Element: ByteCounted & Sendable>: Sendable {
  private(set) var elements: [Element] = []
  private var byteCount = 0
  private let maxCount: Int
  private let maxBytes: Int

  init(maxCount: Int, maxBytes: Int) {
    self.maxCount = maxCount
    self.maxBytes = maxBytes
  }

  /// Replaces all elements, without a limit.
  mutating func set(_ elements: [Element]) {
    self.elements = elements
    byteCount = elements.reduce(0) { $0 + $1.byteCount }
  }

  /// Appends an element, and drops the oldest ones beyond the limits.
  mutating func append(_ element: Element) {
    elements.append(element)
    byteCount += element.byteCount
    var dropped = 0
    while elements.count - dropped > maxCount || byteCount > maxBytes, elements.count - dropped > 1 {
      byteCount -= elements[dropped].byteCount
      dropped += 1
    }
    elements.removeFirst(dropped)
  }
}
