#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

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
  /// Milliseconds of a monotonic clock, read once a turn.
  package private(set) var now: Milliseconds
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
  private let clock: () -> Milliseconds
  /// By descriptor.
  private var slots: [Slot] = []
  private var timers: [Timer] = []

  package init(clock: @escaping () -> Milliseconds = Milliseconds.monotonic) throws(NetError) {
    self.clock = clock
    now = clock()
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
    poller.wait(timeout: timeToNextTimer()) { token, readiness in
      let index = Int(UInt32(truncatingIfNeeded: token))
      guard slots[index].number == UInt32(token >> 32), let channel = slots[index].channel else { return }
      channel.ready(readiness)
    }
    now = clock()
    work()
    for index in timers.indices where timers[index].next <= now {
      timers[index].next = now + timers[index].interval
      timers[index].action()
    }
    onTurnEnd()
  }

  private func timeToNextTimer() -> Int32 {
    guard let next = timers.map(\.next).min() else { return -1 }
    return Int32(clamping: max(0, next - clock()))
  }
}

/// A moment or a span of the monotonic clock, in milliseconds.
package typealias Milliseconds = Int

extension Milliseconds {
  package static func monotonic() -> Milliseconds {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int(time.tv_sec) * 1000 + Int(time.tv_nsec) / 1_000_000
  }
}
