#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The events that a channel waits for.
package struct Interest: OptionSet, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }
  package static let reading = Interest(rawValue: 1)
  package static let writing = Interest(rawValue: 2)
}

/// The state of a channel's descriptor, as the kernel reports it.
package struct Readiness: OptionSet, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }
  package static let readable = Readiness(rawValue: 1)
  package static let writable = Readiness(rawValue: 2)
  /// The peer is gone or the socket is broken; a read returns the error.
  package static let failed = Readiness(rawValue: 4)

  /// Whether a read returns something, the end or an error included. One test of bits, because every event needs it.
  package var isWorthReading: Bool { rawValue & 5 != 0 }
}

/// Waits for many descriptors at once: epoll on Linux, kqueue on macOS, each in a file of its own.
protocol PollerInterface: AnyObject {
  init() throws(NetError)
  /// - Parameter token: returned with every event of the descriptor.
  func add(_ descriptor: Int32, token: UInt64, interest: Interest) throws(NetError)
  func change(_ descriptor: Int32, token: UInt64, from old: Interest, to new: Interest)
  func remove(_ descriptor: Int32, interest: Interest)
  /// Waits until a descriptor is ready or the time is up.
  /// - Parameter timeout: milliseconds; 0 returns at once.
  /// - Returns: the number of events to handle.
  func wait(timeout: Int32) -> Int
  /// Calls `body` for each event of the last wait.
  func handle(_ count: Int, _ body: (_ token: UInt64, Readiness) -> Void)
  var waker: Waker { get }
}

/// Ends a poller's wait from any thread. Harmless after the loop has ended: the last waker closes the descriptor, so a
/// late wake-up never reaches another file with the same number.
package struct Waker: Sendable {
  private let owned: OwnedDescriptor

  init(owning descriptor: Int32) { owned = OwnedDescriptor(descriptor) }

  var descriptor: Int32 { owned.descriptor }

  /// Wakes the loop: at once, or when the calling thread has collected its wake-ups.
  package func wake() { CollectedWakes.wake(owned, trigger) }

  /// Distinguishes the loops of one process.
  package var id: Int { Int(descriptor) }
}

private final class OwnedDescriptor: Sendable {
  let descriptor: Int32
  init(_ descriptor: Int32) { self.descriptor = descriptor }
  deinit { close(descriptor) }
}

/// The token of the poller's own wake-up; no channel has it.
let wakeToken = UInt64.max
