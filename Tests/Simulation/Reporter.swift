import Domain
import Realtime

/// A script that reports an external job in batches. It retries each batch under the same key until it is acknowledged.
final class Reporter {
  private unowned let world: World
  private let number: Int
  private let topic: Topic
  private var sizes: [Int]
  private var attempt = 0

  init(_ number: Int, in world: World) {
    self.world = world
    self.number = number
    topic = world.jobs[number]
    sizes = (0..<world.roll(3...6)).map { _ in world.roll(1...4) }
  }

  var isDone: Bool { sizes.isEmpty }

  func reportNext() {
    guard let size = sizes.last else { return }
    attempt += 1
    let attempt = attempt
    let key = "reporter\(number)-\(sizes.count)"
    let items = (1...size).map { Publication.Item(.simulated("\(key).\($0)"), to: topic) }
    world.after(world.delay()) { [weak self] in
      guard let self, !isLost else { return }
      world.server?.receive(items, key: key) { [weak self] stored in
        guard let self, !isLost else { return }
        world.after(world.delay()) { [weak self] in self?.answered(attempt, isStored: stored) }
      }
    }
    // A missing answer counts as a failure: the request or its answer may be lost.
    world.after(2_000) { [weak self] in self?.answered(attempt, isStored: false) }
  }

  private var isLost: Bool { world.isFaulty && world.chance(10) }

  private func answered(_ attempt: Int, isStored: Bool) {
    guard attempt == self.attempt, !isDone else { return }
    if isStored { sizes.removeLast() }
    self.attempt += 1
    world.after(isStored ? world.roll(0...1_500) : world.roll(50...500)) { [weak self] in self?.reportNext() }
  }
}

extension RealtimeMessage {
  static func simulated(_ text: String) -> RealtimeMessage {
    RealtimeMessage(.warning, ["m": .string(text)], at: Timestamp(milliseconds: 0))
  }
}
