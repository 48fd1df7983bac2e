import Simulation
import Testing

/// A sample of what `simulate` does with 10,000 worlds in a release build (`make test-proof`): see ``World``.
struct SimulationTests {
  /// Worlds that one test case runs: cases run side by side.
  private static let caseSize = 25

  @Test(arguments: 0..<8) func `in every world all ends well`(part: Int) {
    for seed in (part * Self.caseSize + 1)...((part + 1) * Self.caseSize) {
      guard let violation = World(seed: UInt64(seed)).run() else { continue }
      let history = World.history(of: UInt64(seed)).suffix(40).joined(separator: "\n")
      Issue.record("seed \(seed): \(violation)\n\(history)\n")
    }
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
    for seed: UInt64 in 1...300 {
      let world = World(seed: seed)
      _ = world.run()
      seen.formUnion(world.seen)
      if seen.count == Event.allCases.count { break }
    }
    #expect(Event.allCases.filter { !seen.contains($0) } == [])
  }

  @Test func `a seed is the same history every time`() {
    for seed: UInt64 in 1...50 {
      #expect(World.history(of: seed) == World.history(of: seed))
    }
  }
}
