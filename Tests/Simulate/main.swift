import Dispatch
import Simulation
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

// Runs worlds of the simulation, one for each core at a time:
//   simulate [COUNT]      seeds 1 to COUNT, 10,000 unless told; a seed that fails is printed with the last of its history
//   simulate --seed N     one seed, with all of its history
// Exits with 1 where a world ended badly.

let words = CommandLine.arguments.dropFirst()

/// - Returns: whether the world ended well.
func run(_ seed: UInt64, lines: Int) -> Bool {
  guard let violation = World(seed: seed).run() else { return true }
  let history = World.history(of: seed).suffix(lines).joined(separator: "\n")
  print("seed \(seed): \(violation)\n\(history)\nsimulate --seed \(seed) tells all of it\n")
  return false
}

if words.first == "--seed", words.count == 2, let seed = words.last.flatMap({ UInt64($0) }) {
  print(World.history(of: seed).joined(separator: "\n"))
  exit(World(seed: seed).run() == nil ? 0 : 1)
}

guard words.count <= 1, let count = words.first.map({ Int($0) }) ?? 10_000, count > 0 else {
  print("usage: simulate [COUNT | --seed N]")
  exit(2)
}

let failures = Mutex(0)
let began = ContinuousClock.now
let portion = 50
DispatchQueue.concurrentPerform(iterations: (count + portion - 1) / portion) { part in
  for seed in (part * portion + 1)...min((part + 1) * portion, count) where !run(UInt64(seed), lines: 40) {
    failures.withLock { $0 += 1 }
  }
}
let failed = failures.withLock { $0 }
print("\(count) worlds in \((ContinuousClock.now - began).components.seconds) s, \(failed) ended badly")
exit(failed == 0 ? 0 : 1)
