import Metrics
import Synchronization

/// How long the turns of one loop take, from the end of its wait to the end of what there was to do.
///
/// An event that was ready when a turn began is handled within it, and one that comes during it waits for its end: so a
/// turn's length is what the loop adds to whatever happens meanwhile. The loop writes; any thread may ask.
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

  /// For so long at least a long turn is remembered: a scrape or two.
  private static let windowMicroseconds = 15_000_000

  func begin() {
    began.store(monotonicMicroseconds(), ordering: .relaxed)
    isTurning.store(true, ordering: .relaxed)
  }

  func end() {
    let start = began.load(ordering: .relaxed)
    let length = monotonicMicroseconds() - start
    isTurning.store(false, ordering: .relaxed)
    // Nobody else wants this lock but a scrape: it costs two uncontended atomic operations a turn.
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

  /// Microseconds since the loop last came back from a wait. It never waits longer than its next timer.
  package var sinceTurn: Int { monotonicMicroseconds() - began.load(ordering: .relaxed) }

  /// The longest turn of the last 15 to 30 seconds in microseconds; the one that goes on counts too.
  package var longest: Int {
    let known = state.withLock { max($0.longest, $0.longestBefore) }
    return isTurning.load(ordering: .relaxed) ? max(known, sinceTurn) : known
  }

  package var histogram: Histogram { state.withLock { $0.all } }
}
