/// How long a loop gathers messages before it writes to its connections again. Times in microseconds.
///
/// A write costs about the same whatever it carries. After a turn that took a while, because it wrote to many
/// connections, the next one waits until there is more to write to each, at most 5 ms from the start of the last; after a
/// cheap turn messages are sent at once. So a busy loop sends fewer and larger pieces, and a quiet one adds no delay.
package struct FanOutPace: Sendable {
  /// The longest time to gather, counted from the start of the last turn.
  static let tick = 5_000
  /// A turn that took at least this long was costly.
  static let costly = 1_000

  private var began = 0
  private var cost = 0

  package init() {}

  /// How much longer the next turn has to wait; 0 if it may start.
  package func wait(now: Int) -> Int { cost < Self.costly ? 0 : max(0, began + Self.tick - now) }

  package mutating func turned(from start: Int, to end: Int) {
    began = start
    cost = end - start
  }
}
