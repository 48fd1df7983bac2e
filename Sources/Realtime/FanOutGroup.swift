// Hot: one append a message and group, one write a connection and turn (`telltale bench fanout`).
import Domain

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The connections of one loop that receive exactly the same: one subscription, one framing.
///
/// In a turn the group collects its new frames once, joined into as few pieces of memory as possible, and every member
/// that is in step is sent the same pieces. A member whose socket did not take everything keeps a cursor.
final class FanOutGroup {
  struct Frame {
    var place: FrameLog.Place
    var type: MessageType
    /// Bytes of the group's frames through this one, since the group was made.
    var endOffset: Int
    var dropOrder: MessageType.DropOrder
  }

  let subscription: Subscription
  let framing: Framing
  private(set) var members: [Subscriber] = []

  /// What some member has not been sent yet, oldest first.
  private var frames: [Frame] = []
  /// The index of `frames[0]`, counted since the group was made.
  private var firstIndex = 0
  private var endOffset = 0

  /// This turn's new frames as pieces of memory, and the index of the first.
  private var pieces: [iovec] = []
  private var turnStart = 0
  private var turnByteCount = 0
  private(set) var membersBehind = 0

  init(subscription: Subscription, framing: Framing) {
    self.subscription = subscription
    self.framing = framing
  }

  private var endIndex: Int { firstIndex + frames.count }
  var hasNews: Bool { !pieces.isEmpty }
  /// Messages of this turn.
  var newsCount: Int { endIndex - turnStart }
  /// Messages that its members have not been sent, counted for each of them.
  var owedMessages: Int {
    guard membersBehind > 0 else { return 0 }
    return members.reduce(0) { sum, member in
      member.cursor.map { sum + member.owedMessages + endIndex - $0 } ?? sum
    }
  }

  /// The oldest chunk that a member still needs; nil while all are in step.
  var oldestChunkNeeded: Int? { membersBehind == 0 ? nil : frames.first?.place.chunk }

  // MARK: Members

  func add(_ member: Subscriber) {
    member.group = self
    member.indexInGroup = members.count
    member.cursor = nil
    members.append(member)
  }

  func remove(_ member: Subscriber) {
    setCursor(nil, of: member)
    let last = members.removeLast()
    if last !== member {
      members[member.indexInGroup] = last
      last.indexInGroup = member.indexInGroup
    }
    member.group = nil
  }

  /// Removes all members: they and the group hold each other.
  func dissolve() {
    for member in members { member.group = nil }
    members = []
  }

  // MARK: A turn

  func append(_ place: FrameLog.Place, of message: PublishedMessage, in log: FrameLog) {
    endOffset += place.count
    frames.append(
      Frame(place: place, type: message.type, endOffset: endOffset, dropOrder: message.type.dropOrder))
    turnByteCount += place.count
    let bytes = log.bytes(place)
    if let last = pieces.last, last.iov_base + last.iov_len == UnsafeMutableRawPointer(mutating: bytes.baseAddress) {
      pieces[pieces.count - 1].iov_len += place.count
    } else {
      pieces.append(iovec(iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: place.count))
    }
  }

  /// Sends the turn's frames to every member in step, and keeps a cursor for those that could not take all of it.
  func deliver(_ log: FrameLog, limits: QueueLimits, dropped: inout [MessageType: Int]) {
    // From the end, so that a member that leaves while it is written to moves only members already served.
    var index = members.count - 1
    while index >= 0 {
      let member = members[index]
      index -= 1
      if member.cursor == nil {
        guard member.sink.queuedByteCount == 0 else {
          setCursor(turnStart, of: member)
          continue
        }
        member.owedMessages = 0
        member.owedBytes = 0
        let taken = pieces.withUnsafeBufferPointer { member.sink.write($0, byteCount: turnByteCount) }
        if taken < turnByteCount { fallBehind(member, from: turnStart, taken: taken, in: log) }
      } else {
        shedIfTooFarBehind(member, log, limits: limits, dropped: &dropped)
      }
    }
    pieces.removeAll(keepingCapacity: true)
    turnByteCount = 0
    trim()
    turnStart = endIndex
  }

  /// Sends a member whose sink has room again what follows its cursor.
  func catchUp(_ member: Subscriber, _ log: FrameLog) {
    member.owedMessages = 0
    member.owedBytes = 0
    while let cursor = member.cursor, member.sink.queuedByteCount == 0 {
      var batch: [iovec] = []
      var byteCount = 0
      // 256 pieces a write: far below the kernel's limit of 1,024, and a short write wastes little.
      for frame in frames[(cursor - firstIndex)...].prefix(256) {
        let bytes = log.bytes(frame.place)
        batch.append(iovec(iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count))
        byteCount += bytes.count
      }
      let taken = batch.withUnsafeBufferPointer { member.sink.write($0, byteCount: byteCount) }
      if taken < byteCount {
        fallBehind(member, from: cursor, taken: taken, in: log)
        return
      }
      let next = cursor + batch.count
      setCursor(next == endIndex ? nil : next, of: member)
    }
  }

  /// Copies what the member is still owed into its own queue, so that it no longer holds the log.
  ///
  /// Beyond the limits, what may be dropped is dropped first; if the rest does not fit either, the member is closed.
  func shed(
    _ member: Subscriber, _ log: FrameLog, limits: QueueLimits, dropped: inout [MessageType: Int]
  ) {
    guard let cursor = member.cursor else { return }
    let owed = frames[(cursor - firstIndex)...]
    setCursor(nil, of: member)
    // Nothing is dropped at first, then frames, then metrics too.
    for dropping in [MessageType.DropOrder.never, .first, .second] {
      func isDropped(_ frame: Frame) -> Bool {
        frame.dropOrder != .never && frame.dropOrder.rawValue <= dropping.rawValue
      }
      let kept = owed.filter { !isDropped($0) }
      let bytes = kept.reduce(0) { $0 + $1.place.count }
      guard member.owedMessages + kept.count <= limits.messages, member.owedBytes + bytes <= limits.bytes else {
        continue
      }
      for frame in owed where isDropped(frame) { dropped[frame.type, default: 0] += 1 }
      for frame in kept { member.sink.queue(log.bytes(frame.place)) }
      member.owedMessages += kept.count
      member.owedBytes += bytes
      return
    }
    member.sink.closeAsTooSlow()
  }

  /// Sheds every member that is behind: none holds the log afterwards.
  func shedAll(_ log: FrameLog, limits: QueueLimits, dropped: inout [MessageType: Int]) {
    for member in members where member.cursor != nil { shed(member, log, limits: limits, dropped: &dropped) }
    trim()
  }

  // MARK: Cursors

  private func shedIfTooFarBehind(
    _ member: Subscriber, _ log: FrameLog, limits: QueueLimits, dropped: inout [MessageType: Int]
  ) {
    guard let cursor = member.cursor else { return }
    let first = frames[cursor - firstIndex]
    let bytes = endOffset - (first.endOffset - first.place.count)
    if endIndex - cursor + member.owedMessages > limits.messages || bytes + member.owedBytes > limits.bytes {
      shed(member, log, limits: limits, dropped: &dropped)
    }
  }

  /// The kernel took only `taken` bytes of the frames from `start` on. The tail of the frame that was cut goes into the
  /// member's own queue, so that a cursor is always between two frames.
  private func fallBehind(_ member: Subscriber, from start: Int, taken: Int, in log: FrameLog) {
    let first = frames[start - firstIndex]
    let reached = first.endOffset - first.place.count + taken
    // The first frame that ends after what was taken, by bisection.
    var low = start - firstIndex
    var high = frames.count
    while low < high {
      let middle = (low + high) / 2
      if frames[middle].endOffset <= reached { low = middle + 1 } else { high = middle }
    }
    let cut = frames[low]
    let sent = cut.place.count - (cut.endOffset - reached)
    if sent > 0 {
      member.sink.queue(UnsafeRawBufferPointer(rebasing: log.bytes(cut.place)[sent...]))
      low += 1
    }
    let next = firstIndex + low
    setCursor(next == endIndex ? nil : next, of: member)
  }

  private func setCursor(_ cursor: Int?, of member: Subscriber) {
    membersBehind += (cursor == nil ? 0 : 1) - (member.cursor == nil ? 0 : 1)
    member.cursor = cursor
  }

  /// Forgets the frames that every member has been sent.
  private func trim() {
    if membersBehind == 0 {
      firstIndex = endIndex
      frames.removeAll(keepingCapacity: true)
    } else if frames.count > 4096 {
      let oldest = members.lazy.compactMap(\.cursor).min() ?? endIndex
      frames.removeFirst(oldest - firstIndex)
      firstIndex = oldest
    }
  }
}
