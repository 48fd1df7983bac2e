import Synchronization

/// One loop's reads from a disk: made on other threads, received in a turn of the loop.
///
/// Lives on its loop. Only so many reads run at once, the others wait in order; a read whose asker lost interest is
/// cancelled, or its answer thrown away.
package final class OffLoopReads<Request: Sendable, Answer: Sendable, Asker> {
  /// Reads without blocking the caller, and calls back once, on any thread.
  package typealias Read = @Sendable (Request, _ done: @escaping @Sendable (Answer) -> Void) -> Void

  private let maxRunning: Int
  private let read: Read
  private let wake: @Sendable () -> Void
  private let inbox = Inbox()
  private var askers: [Int: Asker] = [:]
  /// Reads that have not begun, by number. They begin in that order.
  private var waiting: [Int: Request] = [:]
  private var running = 0
  private var lastNumber = 0
  /// No read up to this number waits.
  private var lastBegun = 0

  /// The answers, appended by the threads that read them.
  private final class Inbox: Sendable {
    private let answers = Mutex<[(number: Int, answer: Answer)]>([])

    func append(_ number: Int, answer: Answer) { answers.withLock { $0.append((number, answer)) } }

    func drain() -> [(number: Int, answer: Answer)] {
      answers.withLock { answers in
        defer { answers = [] }
        return answers
      }
    }
  }

  /// - Parameters:
  ///   - maxRunning: reads that run at once; so many answers may arrive for one turn.
  ///   - wake: makes the loop turn; called from any thread.
  package init(maxRunning: Int, read: @escaping Read, wake: @escaping @Sendable () -> Void) {
    self.maxRunning = maxRunning
    self.read = read
    self.wake = wake
  }

  /// Enqueues a read.
  /// - Returns: its number, for ``cancel(_:)``.
  @discardableResult
  package func request(_ request: Request, for asker: Asker) -> Int {
    lastNumber += 1
    askers[lastNumber] = asker
    waiting[lastNumber] = request
    beginWaiting()
    return lastNumber
  }

  /// The answer to the read is not wanted any more.
  package func cancel(_ number: Int) {
    askers[number] = nil
    waiting[number] = nil
  }

  /// The answers since the last call, for askers that still want them.
  package func receive() -> [(asker: Asker, answer: Answer)] {
    let answers = inbox.drain()
    guard !answers.isEmpty else { return [] }
    running -= answers.count
    beginWaiting()
    return answers.compactMap { number, answer in askers.removeValue(forKey: number).map { ($0, answer) } }
  }

  private func beginWaiting() {
    while running < maxRunning, !waiting.isEmpty {
      lastBegun += 1
      let number = lastBegun
      // A number that is missing was cancelled.
      guard let request = waiting.removeValue(forKey: number) else { continue }
      running += 1
      read(request) { [inbox, wake] answer in
        inbox.append(number, answer: answer)
        wake()
      }
    }
  }
}
