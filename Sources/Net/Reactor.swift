/// Somebody who owns a descriptor and is told when it is ready. Called on the loop's thread only.
package protocol Channel: AnyObject {
  func ready(_ readiness: Readiness)
}

/// Names one registration of a descriptor. The kernel may hand the same descriptor out again within a turn; the number
/// of the registration tells an event for the old one from an event for the new one.
package struct Registration: Equatable, Sendable {
  package let descriptor: Int32
  fileprivate let number: UInt32
  fileprivate var token: UInt64 { UInt64(number) << 32 | UInt64(UInt32(bitPattern: descriptor)) }
}

/// What lives on one event loop's thread: the poller, the registered channels and the timers.
///
/// It is not Sendable and never leaves its thread, so nothing in it is locked and nothing needs to be proven.
package final class Reactor {
  /// Milliseconds of the loop's clock, read once a turn, when the wait for events is over.
  package private(set) var now: Milliseconds
  /// How long turns took: whatever became ready at the start of one had to wait that long at most.
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

  /// What the channel waits for from now on. Costs a system call only where it changes.
  package func setInterest(_ interest: Interest, of registration: Registration) {
    let index = Int(registration.descriptor)
    guard slots[index].number == registration.number, slots[index].interest != interest else { return }
    poller.change(registration.descriptor, token: registration.token, from: slots[index].interest, to: interest)
    slots[index].interest = interest
  }

  /// Forgets the channel. The descriptor is still the caller's to close.
  package func deregister(_ registration: Registration) {
    let index = Int(registration.descriptor)
    guard slots[index].number == registration.number, slots[index].channel != nil else { return }
    poller.remove(registration.descriptor, interest: slots[index].interest)
    slots[index].channel = nil
  }

  /// Calls `action` again and again on the loop's thread. For sweeps over many things: one timer for all connections
  /// costs less than one each.
  package func every(_ interval: Milliseconds, _ action: @escaping () -> Void) {
    timers.append(Timer(interval: interval, next: now + interval, action: action))
  }

  /// Waits for events, handles them, fires what is due, then calls ``onTurnEnd``.
  /// - Parameter work: run after the events: what other threads asked for.
  package func turn(_ work: () -> Void) {
    let count = poller.wait(timeout: timeToNextTurn())
    turnTimes.begin()
    now = clock.now()
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
    turnTimes.end()
  }

  /// Makes the next turn come after so many milliseconds at the latest, whatever clock the timers go by.
  package func waitAtMost(_ milliseconds: Milliseconds) { longestWait = min(longestWait ?? .max, milliseconds) }

  private func timeToNextTurn() -> Int32 {
    let longest = longestWait
    longestWait = nil
    guard var next = timers.first?.next else { return longest.map { Int32(clamping: $0) } ?? -1 }
    for timer in timers { next = min(next, timer.next) }
    return Int32(clamping: min(max(0, next - clock.now()), longest ?? .max))
  }
}
