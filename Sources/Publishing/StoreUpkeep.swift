import Domain
import JSONValues
import Store
import Synchronization

/// What the store's thread does every second, whether or not anything is published: it checks whether the files are
/// still in place, whether writes work again, whether the log has grown, and whether the clock has jumped.
final class StoreUpkeep: Sendable {
  private struct State {
    /// How many times in a row a reader kept the log from being emptied.
    var heldCount = 0
    /// The newest offset when the clock was last saved, and when that was, in milliseconds since boot.
    var savedOffset = -1
    var savedAt = Int.min / 2
  }

  private let store: Store
  private let health: StoreHealth
  private let log: Log
  private let state = Mutex(State())

  /// Our own reads take milliseconds. A reader seen this many times in a row belongs to another program.
  private static let heldCountLogged = 3
  /// Milliseconds between two saves of the clock: while messages are stored, and while none are.
  private static let saveInterval = (busy: 60_000, idle: 3_600_000)

  init(store: Store, health: StoreHealth, log: Log) {
    self.store = store
    self.health = health
    self.log = log
  }

  func run() {
    checkFiles()
    if health.failure != nil {
      // A load balancer may send no requests until there is room, and what arrives may be smaller than what was refused.
      try? health.observeWrite { () throws(StoreError) in
        try store.probe()
        return false
      }
      return
    }
    store.restorePosition()
    shrinkLog()
    tendClock()
  }

  /// Safe to call from any thread.
  func checkFiles() { try? health.observe { () throws(StoreError) in try store.checkFiles() } }

  private func shrinkLog() {
    // Not a failure: messages can still be stored if the log can't be written back.
    guard let found = try? store.shrinkLog() else { return }
    let count = state.withLock { state in
      let before = state.heldCount
      if case .held = found { state.heldCount += 1 } else { state.heldCount = 0 }
      return (before: before, now: state.heldCount)
    }
    if case .held(let byteCount) = found, count.now == Self.heldCountLogged {
      var values: JSONObject = ["bytes": .int(byteCount)]
      let readers = store.otherReaders()
      if !readers.isEmpty { values["processes"] = .array(readers.map(JSON.int)) }
      values["hint"] = "another program reads telltale.db in one long transaction; the log grows until that ends"
      log(.warning, "the database's log can't be emptied", values: values)
    } else if count.before >= Self.heldCountLogged, count.now == 0 {
      log(.info, "the database's log was emptied")
    }
  }

  private func tendClock() {
    switch store.takeClockEvent() {
    case .jumped(let milliseconds):
      warn(
        "the clock jumped", milliseconds,
        hint: "nothing is removed by the new time until it has lasted as long as --retention, at most a day")
    case .returned: log(.info, "the clock is back")
    case .accepted(let milliseconds):
      warn(
        "the clock's jump is accepted", milliseconds,
        hint: "what is stored counts as older by so much; set the clock back now if it is wrong")
    case .behind(let milliseconds):
      warn(
        "the clock is behind", milliseconds,
        hint:
          "if the time of day is wrong, set it: what is stored until then may be removed too early; if it is right, "
          + "what is stored is kept for longer")
    case .caughtUp: log(.info, "the clock is no longer behind")
    case nil: break
    }
    saveClockIfDue()
  }

  private func warn(_ event: String, _ milliseconds: Int64, hint: String) {
    log(.warning, event, values: ["seconds": .int(Int(milliseconds / 1000)), "hint": .string(hint)])
  }

  private func saveClockIfDue() {
    let (now, offset) = (ClockReading.sinceBoot(), store.newestOffset)
    let isDue = state.withLock { state in
      let interval = offset == state.savedOffset ? Self.saveInterval.idle : Self.saveInterval.busy
      guard now - state.savedAt >= interval else { return false }
      (state.savedOffset, state.savedAt) = (offset, now)
      return true
    }
    if isDue { try? health.observe { () throws(StoreError) in try store.saveClock() } }
  }
}
