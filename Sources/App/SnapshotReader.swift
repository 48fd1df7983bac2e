import Domain
import Realtime
import Synchronization

/// One loop's readings of jobs that are done: they lie on the disk, for which a loop can't wait.
final class SnapshotReader {
  private let read: @Sendable (_ jobID: String, _ done: @escaping @Sendable (Arrival.Snapshot?) -> Void) -> Void
  private let wake: @Sendable () -> Void
  private let inbox = Inbox()
  private var askers: [Int: (Arrival.Snapshot?) -> Void] = [:]
  private var lastNumber = 0

  /// What was read, left here by whatever thread read it.
  private final class Inbox: Sendable {
    private let answers = Mutex<[(number: Int, snapshot: Arrival.Snapshot?)]>([])

    func leave(_ number: Int, _ snapshot: Arrival.Snapshot?) { answers.withLock { $0.append((number, snapshot)) } }

    func take() -> [(number: Int, snapshot: Arrival.Snapshot?)] {
      answers.withLock { answers in
        defer { answers = [] }
        return answers
      }
    }
  }

  /// - Parameters:
  ///   - read: waits for nothing; calls back once, on any thread, with nil where the job can't be read.
  ///   - wake: makes the loop turn.
  init(
    read: @escaping @Sendable (String, @escaping @Sendable (Arrival.Snapshot?) -> Void) -> Void,
    wake: @escaping @Sendable () -> Void
  ) {
    self.read = read
    self.wake = wake
  }

  /// Calls back in a turn of the loop.
  func ask(_ jobID: String, _ done: @escaping (Arrival.Snapshot?) -> Void) {
    lastNumber += 1
    let number = lastNumber
    askers[number] = done
    read(jobID) { [inbox, wake] snapshot in
      inbox.leave(number, snapshot)
      wake()
    }
  }

  /// Hands out what has arrived since the last turn.
  func turn() {
    for (number, snapshot) in inbox.take() { askers.removeValue(forKey: number)?(snapshot) }
  }
}
