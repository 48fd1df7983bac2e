import Domain
import Realtime
import Synchronization

/// The state of a topic: the number of its messages, and a digest of the messages and their order.
struct TopicState: Equatable {
  var sequence = 0
  var digest: UInt64 = 0
  /// The offset of the newest message.
  var offset = 0

  mutating func apply(_ row: Disk.Row) {
    sequence = row.sequence
    digest = (digest ^ UInt64(row.mark)) &* 0x100_0000_01B3 &+ 1
    offset = row.offset
  }
}

/// The store, which outlives every server: a list whose commits can fail.
final class Disk: Sendable {
  struct Row: Sendable {
    let offset: Int
    let topic: Topic
    let sequence: Int
    let message: PublishedMessage
    /// Unique for each row.
    let mark: Int
    var isPruned = false
  }

  /// The point around a commit at which a server dies.
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
    /// The rows of old epochs, which may be in flight when a backup is restored.
    var rowsOfOldEpochs: [String: [Row]] = [:]
    var epochCount = 1
    var lastMark = 0
    var isFull = false
    var crash: Crash?
    /// The keys of acknowledged reports.
    var acknowledged: Set<String> = []
    var violation: String?
  }

  private let state = Mutex(State())

  var epoch: String { state.withLock { $0.content.epoch } }
  var newestOffset: Int { state.withLock { $0.content.rows.count } }
  var prunedThrough: Int { state.withLock { $0.content.prunedThrough } }
  /// An invalid request to the store.
  var violation: String? { state.withLock { $0.violation } }
  var isFull: Bool {
    get { state.withLock { $0.isFull } }
    set { state.withLock { $0.isFull = newValue } }
  }
  func state(of topic: Topic) -> TopicState { state.withLock { $0.content.states[topic] ?? TopicState() } }
  func states() -> [Topic: TopicState] { state.withLock { $0.content.states } }
  func hasKey(_ key: String) -> Bool { state.withLock { $0.content.keys.contains(key) } }

  /// The row at a position, of any epoch.
  func row(_ position: StreamPosition) -> Row? {
    state.withLock { state in
      let rows =
        position.epoch == state.content.epoch ? state.content.rows : state.rowsOfOldEpochs[position.epoch] ?? []
      return (1...max(rows.count, 1)).contains(position.offset) && !rows.isEmpty ? rows[position.offset - 1] : nil
    }
  }

  // MARK: The server's side

  /// Makes the server die at its next commit; nil to cancel.
  func crash(_ crash: Crash?) { state.withLock { $0.crash = crash } }

  /// - Returns: whether the server dies before it acknowledges.
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
      // An internal message has a position in the line, but no `seq` in its topic.
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

  /// Reads like a store that maxRows at a limited number of rows.
  func read(_ request: History.Request, maxRows: Int) -> History.Portion {
    state.withLock { state in
      var portion = History.Portion(messages: [], reached: request.after)
      for row in state.content.rows[request.after..<request.through].prefix(maxRows) {
        if !row.isPruned, !row.message.type.isInternal, request.subscription.includes(row.topic) {
          portion.messages.append(row.message)
        }
        portion.reached = row.offset
        if portion.messages.count == request.limit { break }
      }
      return portion
    }
  }

  // MARK: Pruning and backups

  func prune(through offset: Int) {
    state.withLock { state in
      state.content.prunedThrough = max(state.content.prunedThrough, offset)
      for index in 0..<offset where index % 3 != 0 || index == offset - 1 { state.content.rows[index].isPruned = true }
    }
  }

  func backUp() { state.withLock { $0.backup = $0.content } }

  /// Replaces the content by the backup, under a new epoch.
  /// - Returns: whether there was a backup.
  func restoreBackup() -> Bool {
    state.withLock { state in
      guard let backup = state.backup else { return false }
      state.rowsOfOldEpochs[state.content.epoch] = state.content.rows
      state.content = backup
      state.epochCount += 1
      state.content.epoch = "e\(state.epochCount)"
      state.backup = nil
      // Acknowledgements after the backup were true for the replaced disk.
      state.acknowledged.formIntersection(state.content.keys)
      return true
    }
  }

  // MARK: The oracle

  func acknowledge(_ key: String) {
    state.withLock { state in
      state.acknowledged.insert(key)
      if !state.content.keys.contains(key) { state.violation = "\(key) is acknowledged but not stored" }
    }
  }

  func checkAcknowledged(_ fail: (String) -> Void) {
    let lost = state.withLock { $0.acknowledged.subtracting($0.content.keys) }
    if !lost.isEmpty { fail("acknowledged and lost: \(lost.sorted())") }
  }
}
