import Domain
import Synchronization

/// One loop's reads from ``History``: a few at a time, done elsewhere, taken in a turn of the loop.
final class HistoryReader {
  private let history: History
  private let wake: @Sendable () -> Void
  private let inbox = Inbox()
  /// Who waits for which read. One that is not in here any more is of no use to anybody.
  private var askers: [Int: Subscriber] = [:]
  /// The reads that have not begun, by number: they begin in that order.
  private var waiting: [Int: History.Request] = [:]
  private var underway = 0
  private var lastNumber = 0
  /// No read up to this number waits.
  private var lastBegun = 0

  /// So many portions may arrive for one turn, besides what the store's readers are spared.
  private static let maxUnderway = 2

  /// What came back, left here by whatever thread read it.
  private final class Inbox: Sendable {
    typealias Answer = (number: Int, portion: History.Portion?)
    private let answers = Mutex<[Answer]>([])

    func leave(_ answer: Answer) { answers.withLock { $0.append(answer) } }

    func take() -> [Answer] {
      answers.withLock { answers in
        defer { answers = [] }
        return answers
      }
    }
  }

  init(_ history: History, wake: @escaping @Sendable () -> Void) {
    self.history = history
    self.wake = wake
  }

  func keeps(after offset: Int) -> Bool { offset >= history.oldestOffset() }

  /// Asks for what follows, in place of what was asked for the subscriber before.
  /// - Precondition: the subscriber is in a replay.
  func ask(for subscriber: Subscriber, through last: Int, limit: Int) {
    guard let replay = subscriber.replay else { return }
    cancel(subscriber)
    lastNumber += 1
    subscriber.replay!.read = lastNumber
    askers[lastNumber] = subscriber
    waiting[lastNumber] = .init(
      subscription: replay.subscription, after: replay.offset, through: last, limit: limit)
    begin()
  }

  /// Whatever is read for the subscriber is not taken.
  func cancel(_ subscriber: Subscriber) {
    guard let number = subscriber.replay?.read else { return }
    subscriber.replay!.read = nil
    askers[number] = nil
    waiting[number] = nil
  }

  /// What has arrived since the last look, for those who still wait for it.
  func take() -> [(subscriber: Subscriber, portion: History.Portion?)] {
    let answers = inbox.take()
    guard !answers.isEmpty else { return [] }
    underway -= answers.count
    begin()
    return answers.compactMap { answer in
      guard let subscriber = askers.removeValue(forKey: answer.number) else { return nil }
      subscriber.replay?.read = nil
      return (subscriber, answer.portion)
    }
  }

  private func begin() {
    while underway < Self.maxUnderway, !waiting.isEmpty {
      lastBegun += 1
      let number = lastBegun
      // Nobody waits any more for a number that is missing.
      guard let request = waiting.removeValue(forKey: number) else { continue }
      underway += 1
      history.read(request) { [inbox, wake] portion in
        inbox.leave((number, portion))
        wake()
      }
    }
  }
}
