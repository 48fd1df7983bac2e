/// How long a loop gathers news before it writes to its connections again. Times in microseconds.
///
/// A write costs about the same whatever it carries. Where a turn wrote to so many connections that it took a while, the
/// next one waits until there is more to write to each, at most 5 ms from the beginning of the last; after a cheap turn
/// news leaves at once. So a busy loop sends fewer and larger pieces, and a quiet one adds no delay.
package struct FanOutPace: Sendable {
  /// What is gathered for at most, counted from the beginning of the last turn.
  static let tick = 5_000
  /// A turn that took so long was costly.
  static let costly = 1_000

  private var began = 0
  private var cost = 0

  package init() {}

  /// How long the next turn has to wait yet; 0 where it may begin.
  package func wait(now: Int) -> Int { cost < Self.costly ? 0 : max(0, began + Self.tick - now) }

  package mutating func turned(from start: Int, to end: Int) {
    began = start
    cost = end - start
  }
}
