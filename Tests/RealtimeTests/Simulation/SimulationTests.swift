import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Whatever fails, in whatever order: nothing that was acknowledged is lost, and every client ends in step.
///
/// Each seed is a small world on one thread with a clock of its own: the real `Journal`, `MessageLine`, `EventHub`,
/// `FanOut`, `Arrival` and `RealtimeSession`, over a store that is a list (`Disk`), a network that delays, cuts at any
/// byte and falls silent (`Connection`), clients that go by the rules of the browser's client (`Client`), our own jobs,
/// and reporters that try again under the same key until they are told that it is stored (`Reporter`). For six
/// seconds servers die before a commit, between commit and broadcast, between broadcast and acknowledgement, and at any
/// other moment; they restart; disks fill up; old messages are removed; an older copy of the data is put back; readers
/// stall; networks part; subscriptions change. Then the faults stop, and the world has to come to rest.
///
/// All along: what a client is sent is what is stored, in order, with no hole and no double in one connection and in
/// what it shows; nothing is stored twice; what is acknowledged is stored; what waits anywhere is bounded. In the end:
/// every client is connected and shows exactly what the store adds up to, within a minute.
///
/// A seed that fails is printed with the last of its history. `SIMULATION_SEED=123` runs that seed alone and prints all
/// of its history; `SIMULATION_SEEDS=100000` runs more than usual.
struct SimulationTests {
  private static let single = number("SIMULATION_SEED")
  private static let count = number("SIMULATION_SEEDS") ?? 10_000
  /// Seeds that one test case runs: cases run side by side.
  private static let caseSize = 250

  private static func number(_ name: String) -> Int? { getenv(name).flatMap { Int(String(cString: $0)) } }

  private static var cases: [ClosedRange<Int>] {
    if let single { return [single...single] }
    return stride(from: 1, through: count, by: caseSize).map { $0...min($0 + caseSize - 1, count) }
  }

  @Test(arguments: cases) func `in every world all ends well`(seeds: ClosedRange<Int>) {
    for seed in seeds {
      guard let violation = World(seed: UInt64(seed)).run() else {
        if Self.single != nil { print(Self.history(of: seed).joined(separator: "\n")) }
        continue
      }
      let history = Self.history(of: seed).suffix(Self.single == nil ? 40 : .max).joined(separator: "\n")
      Issue.record("seed \(seed): \(violation)\n\(history)\nSIMULATION_SEED=\(seed) tells all of it")
    }
  }

  fileprivate static func history(of seed: Int) -> [String] {
    let world = World(seed: UInt64(seed), tracing: true)
    _ = world.run()
    return world.trace
  }
}

/// What the simulation itself must be good for. The sanitizers leave this out: it is about verdicts, not about memory.
struct SimulationVerdictTests {
  /// The check can fail: each of these mistakes is found, and soon.
  @Test(arguments: Mutant.allCases) func `a world with a mistake in it ends badly`(mutant: Mutant) {
    let seed = (1...500).first { World(seed: UInt64($0), mutant: mutant).run() != nil }
    #expect(seed != nil, "\(mutant) was not noticed")
  }

  @Test func `the worlds see every kind of trouble`() {
    var seen: Set<Event> = []
    for seed in 1...300 {
      let world = World(seed: UInt64(seed))
      _ = world.run()
      seen.formUnion(world.seen)
    }
    #expect(Event.allCases.filter { !seen.contains($0) } == [])
  }

  @Test func `a seed is the same history every time`() {
    for seed in 1...50 {
      #expect(SimulationTests.history(of: seed) == SimulationTests.history(of: seed))
    }
  }
}
