import Domain
import JSONValues
import Synchronization

/// Logs how far the messages of an older data folder are brought up to date: at each tenth. The server answers when that is
/// done.
final class MigrationLog: Sendable {
  private let log: Log
  /// The tenths that were logged.
  private let tenths = Atomic(-1)

  init(_ log: Log) { self.log = log }

  func note(moved: Int, total: Int) {
    let reached = moved * 10 / max(total, 1)
    guard reached > tenths.exchange(reached, ordering: .relaxed) else { return }
    log(
      .info, "the messages of an older format are brought up to date",
      values: ["percent": .int(reached * 10)])
  }
}
