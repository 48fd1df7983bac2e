import Domain
import Realtime
import Synchronization

/// What a topic's messages add up to: their number, and a sum that no other messages in no other order have.
struct TopicState: Equatable {
  var sequence = 0
  var digest: UInt64 = 0
  /// That of the newest message in it.
  var offset = 0

  mutating func apply(_ row: Disk.Row) {
    sequence = row.sequence
    digest = (digest ^ UInt64(row.mark)) &* 0x100_0000_01B3 &+ 1
    offset = row.offset
  }
}

/// The store that outlives every server: a list, and what may go wrong with a commit.
final class Disk: Sendable {
  struct Row: Sendable {
    let offset: Int
    let topic: Topic
    let sequence: Int
    let message: PublishedMessage
    /// Different for every row that ever was.
    let mark: Int
    var isPruned = false
  }

  /// The moment at which a server dies around a commit.
  enum Crash { case beforeCommit, beforeBroadcast, beforeAcknowledgement }

  struct Full: Error {}
  struct Died: Error { let crash: Crash }

  private struct Content {
    var epoch = "e1"
    var rows: [Row] = []
    var states: [Topic: TopicState] = [:]
    var keys: Set<String> = []
    var prunedThrough = 0
  }

  private struct State {
    var content = Content()
    var backup: Content?
    /// Every row that ever had a position, by epoch: what was on its way when a backup was put back is among them.
    var rowsOfOldEpochs: [String: [Row]] = [:]
    var epochCount = 1
    var lastMark = 0
    var isFull = false
    var crash: Crash?
    /// What publishers were told is stored.
    var acknowledged: Set<String> = []
    var violation: String?
  }

  private let state = Mutex(State())

  var epoch: String { state.withLock { $0.content.epoch } }
  var newestOffset: Int { state.withLock { $0.content.rows.count } }
  var prunedThrough: Int { state.withLock { $0.content.prunedThrough } }
  /// What the store was asked to do and should not have been.
  var violation: String? { state.withLock { $0.violation } }
  var isFull: Bool {
    get { state.withLock { $0.isFull } }
    set { state.withLock { $0.isFull = newValue } }
  }
  func state(of topic: Topic) -> TopicState { state.withLock { $0.content.states[topic] ?? TopicState() } }
  func states() -> [Topic: TopicState] { state.withLock { $0.content.states } }
  func hasKey(_ key: String) -> Bool { state.withLock { $0.content.keys.contains(key) } }

  /// The row that has, or once had, the position.
  func row(_ position: StreamPosition) -> Row? {
    state.withLock { state in
      let rows =
        position.epoch == state.content.epoch ? state.content.rows : state.rowsOfOldEpochs[position.epoch] ?? []
      return (1...max(rows.count, 1)).contains(position.offset) && !rows.isEmpty ? rows[position.offset - 1] : nil
    }
  }

  // MARK: The server's side

  /// The next commit is the server's last act.
  func crash(_ crash: Crash?) { state.withLock { $0.crash = crash } }

  /// - Returns: whether the server dies before it tells its publishers.
  func commit(_ entries: [NumberedBatch.Entry]) throws -> Bool {
    try state.withLock { state in
      let crash = state.crash
      state.crash = nil
      if crash == .beforeCommit { throw Died(crash: .beforeCommit) }
      if state.isFull { throw Full() }
      for entry in entries { append(entry, &state) }
      if crash == .beforeBroadcast { throw Died(crash: .beforeBroadcast) }
      return crash == .beforeAcknowledgement
    }
  }

  private func append(_ entry: NumberedBatch.Entry, _ state: inout State) {
    for item in entry.publication.items where item.message.type == .requestAccepted {
      guard let key = IdempotencyKey(item.message.payload) else { continue }
      if !state.content.keys.insert(key.name).inserted { state.violation = "\(key.name) is stored twice" }
    }
    for message in entry.messages {
      guard let position = message.position else {
        state.violation = "\(message.type) is stored without a number"
        continue
      }
      state.lastMark += 1
      let row = Row(
        offset: position.offset, topic: message.topic, sequence: message.sequence, message: message,
        mark: state.lastMark)
      let last = state.content.states[message.topic]?.sequence ?? 0
      // An internal message has a place in the line, and none among those that the readers of its topic see.
      let expected = message.type.isInternal ? 0 : last + 1
      if position.epoch != state.content.epoch || row.offset != state.content.rows.count + 1
        || row.sequence != expected
      {
        state.violation = "\(position) seq \(row.sequence) of \(row.topic) is stored after seq \(last)"
      }
      state.content.rows.append(row)
      if !message.type.isInternal { state.content.states[message.topic, default: TopicState()].apply(row) }
    }
  }

  func lastSequence(of topic: Topic) -> Int { state(of: topic).sequence }

  /// Reads as a store does that looks at no more than so many rows.
  func read(_ request: History.Request, looks: Int) -> History.Portion {
    state.withLock { state in
      var portion = History.Portion(messages: [], reached: request.after)
      for row in state.content.rows[request.after..<request.through].prefix(looks) {
        if !row.isPruned, !row.message.type.isInternal, request.subscription.includes(row.topic) {
          portion.messages.append(row.message)
        }
        portion.reached = row.offset
        if portion.messages.count == request.limit { break }
      }
      return portion
    }
  }

  // MARK: What happens to a disk

  func prune(through offset: Int) {
    state.withLock { state in
      state.content.prunedThrough = max(state.content.prunedThrough, offset)
      for index in 0..<offset where index % 3 != 0 || index == offset - 1 { state.content.rows[index].isPruned = true }
    }
  }

  func backUp() { state.withLock { $0.backup = $0.content } }

  /// The older copy takes the place of what there is, under an epoch of its own.
  /// - Returns: whether there was one.
  func restoreBackup() -> Bool {
    state.withLock { state in
      guard let backup = state.backup else { return false }
      state.rowsOfOldEpochs[state.content.epoch] = state.content.rows
      state.content = backup
      state.epochCount += 1
      state.content.epoch = "e\(state.epochCount)"
      state.backup = nil
      // Whoever was told that it is stored was told the truth about a disk that is no more.
      state.acknowledged.formIntersection(state.content.keys)
      return true
    }
  }

  // MARK: The oracle

  func acknowledge(_ key: String) {
    state.withLock { state in
      state.acknowledged.insert(key)
      if !state.content.keys.contains(key) { state.violation = "\(key) is acknowledged, and not stored" }
    }
  }

  func checkAcknowledged(_ fail: (String) -> Void) {
    let lost = state.withLock { $0.acknowledged.subtracting($0.content.keys) }
    if !lost.isEmpty { fail("acknowledged and lost: \(lost.sorted())") }
  }
}
