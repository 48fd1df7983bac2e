/// The owner of a descriptor. Called on the loop's thread when the descriptor is ready.
package protocol Channel: AnyObject {
  func ready(_ readiness: Readiness)
}

/// Identifies one registration of a descriptor. The kernel may reuse a descriptor within a turn; the registration's number
/// distinguishes an event for the old one from an event for the new one.
package struct Registration: Equatable, Sendable {
  package let descriptor: Int32
  fileprivate let number: UInt32
  fileprivate var token: UInt64 { UInt64(number) << 32 | UInt64(UInt32(bitPattern: descriptor)) }
}

/// The poller, the registered channels and the timers of one event loop.
///
/// It isn't Sendable and never leaves its thread, so it needs no lock.
package final class Reactor {
  /// Milliseconds of the loop's clock, read once a turn after the wait for events.
  package private(set) var now: Milliseconds
  /// How long turns took: the longest time that a ready channel had to wait.
  package let turnTimes = TurnTimes()
  /// Called at the end of every turn, after the events: the place for one write a connection.
  package var onTurnEnd: () -> Void = {}

  private struct Slot {
    var channel: (any Channel)?
    var number: UInt32 = 0
    var interest: Interest = []
  }
  private struct Timer {
    let interval: Milliseconds
    var next: Milliseconds
    let action: () -> Void
  }

  private let poller: Poller
  private let clock: LoopClock
  /// By descriptor.
  private var slots: [Slot] = []
  private var timers: [Timer] = []
  /// Milliseconds of real time, for the next wait only.
  private var longestWait: Int?

  package init(clock: LoopClock = .monotonic) throws(NetError) {
    self.clock = clock
    now = clock.now()
    poller = try Poller()
  }

  package var waker: Waker { poller.waker }

  package func register(_ descriptor: Int32, _ channel: any Channel, interest: Interest) throws(NetError)
    -> Registration
  {
    let index = Int(descriptor)
    while slots.count <= index { slots.append(Slot()) }
    let number = slots[index].number &+ 1
    let registration = Registration(descriptor: descriptor, number: number)
    try poller.add(descriptor, token: registration.token, interest: interest)
    slots[index] = Slot(channel: channel, number: number, interest: interest)
    return registration
  }

  /// Changes the events that the channel waits for. A system call only if they differ.
  package func setInterest(_ interest: Interest, of registration: Registration) {
    let index = Int(registration.descriptor)
    guard slots[index].number == registration.number, slots[index].interest != interest else { return }
    poller.change(registration.descriptor, token: registration.token, from: slots[index].interest, to: interest)
    slots[index].interest = interest
  }

  /// Removes the channel. The caller closes the descriptor.
  package func deregister(_ registration: Registration) {
    let index = Int(registration.descriptor)
    guard slots[index].number == registration.number, slots[index].channel != nil else { return }
    poller.remove(registration.descriptor, interest: slots[index].interest)
    slots[index].channel = nil
  }

  /// Calls `action` periodically on the loop's thread. For sweeps: one timer for all connections costs less than one each.
  package func every(_ interval: Milliseconds, _ action: @escaping () -> Void) {
    timers.append(Timer(interval: interval, next: now + interval, action: action))
  }

  /// Waits for events, handles them, runs the due timers, then calls ``onTurnEnd``.
  /// - Parameter work: run after the events: the work of other threads.
  package func turn(_ work: () -> Void) {
    let count = poller.wait(timeout: timeToNextTurn())
    turnTimes.begin()
    now = clock.now()
    CollectedWakes.during {
      poller.handle(count) { token, readiness in
        let index = Int(UInt32(truncatingIfNeeded: token))
        guard slots[index].number == UInt32(token >> 32), let channel = slots[index].channel else { return }
        channel.ready(readiness)
      }
      work()
      for index in timers.indices where timers[index].next <= now {
        timers[index].next = now + timers[index].interval
        timers[index].action()
      }
      onTurnEnd()
    }
    turnTimes.end()
  }

  /// Limits the next wait, in milliseconds of real time.
  package func waitAtMost(_ milliseconds: Milliseconds) { longestWait = min(longestWait ?? .max, milliseconds) }

  private func timeToNextTurn() -> Int32 {
    let longest = longestWait
    longestWait = nil
    guard var next = timers.first?.next else { return longest.map { Int32(clamping: $0) } ?? -1 }
    for timer in timers { next = min(next, timer.next) }
    return Int32(clamping: min(max(0, next - clock.now()), longest ?? .max))
  }
}
