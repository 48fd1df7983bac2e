import Metrics
import Synchronization

/// How long the turns of one loop take, from the end of its wait to the end of its work.
///
/// An event that arrives during a turn waits for its end, so a turn's length is the latency that the loop adds. The loop
/// writes; any thread may read.
package final class TurnTimes: Sendable {
  private struct State {
    var all = Histogram.turns
    /// The longest turn of this window and of the one before, in microseconds.
    var longest = 0
    var longestBefore = 0
    var windowStart = 0
  }

  private let state = Mutex(State())
  /// When the newest turn began, in microseconds of the monotonic clock.
  private let began = Atomic(monotonicMicroseconds())
  private let isTurning = Atomic(false)

  /// The least time that a long turn is remembered, so that one or two scrapes see it.
  private static let windowMicroseconds = 15_000_000

  func begin() {
    began.store(monotonicMicroseconds(), ordering: .relaxed)
    isTurning.store(true, ordering: .relaxed)
  }

  func end() {
    let start = began.load(ordering: .relaxed)
    let length = monotonicMicroseconds() - start
    isTurning.store(false, ordering: .relaxed)
    // Only a scrape competes for this lock: it costs two uncontended atomic operations a turn.
    state.withLock { state in
      state.all.observe(microseconds: length)
      if start - state.windowStart > Self.windowMicroseconds {
        state.longestBefore = state.longest
        state.longest = 0
        state.windowStart = start
      }
      state.longest = max(state.longest, length)
    }
  }

  /// Microseconds since the loop's last wait ended. It never waits longer than until its next timer.
  package var sinceTurn: Int { monotonicMicroseconds() - began.load(ordering: .relaxed) }

  /// The longest turn of the last 15 to 30 seconds in microseconds, the current one included.
  package var longest: Int {
    let known = state.withLock { max($0.longest, $0.longestBefore) }
    return isTurning.load(ordering: .relaxed) ? max(known, sinceTurn) : known
  }

  package var histogram: Histogram { state.withLock { $0.all } }
}
