#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a channel waits for.
package struct Interest: OptionSet, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }
  package static let reading = Interest(rawValue: 1)
  package static let writing = Interest(rawValue: 2)
}

/// What the kernel says about a channel's descriptor.
package struct Readiness: OptionSet, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }
  package static let readable = Readiness(rawValue: 1)
  package static let writable = Readiness(rawValue: 2)
  /// The peer is gone or the socket is broken: a read will say which.
  package static let failed = Readiness(rawValue: 4)

  /// Whether a read brings something, be it the end. One test of bits, for this is asked at every event.
  package var isWorthReading: Bool { rawValue & 5 != 0 }
}

/// Waits for many descriptors at once: the kernel's own interface, epoll on Linux and kqueue on macOS, each in its file.
protocol PollerInterface: AnyObject {
  init() throws(NetError)
  /// - Parameter token: comes back with every event of the descriptor.
  func add(_ descriptor: Int32, token: UInt64, interest: Interest) throws(NetError)
  func change(_ descriptor: Int32, token: UInt64, from old: Interest, to new: Interest)
  func remove(_ descriptor: Int32, interest: Interest)
  /// Waits until something is ready or the time is over.
  /// - Parameter timeout: milliseconds; 0 returns at once.
  /// - Returns: how many events there are to handle.
  func wait(timeout: Int32) -> Int
  /// Calls `body` for each event that the last wait brought.
  func handle(_ count: Int, _ body: (_ token: UInt64, Readiness) -> Void)
  var waker: Waker { get }
}

/// Ends a poller's wait from any thread. Harmless once the loop has ended: its descriptor is closed with the last waker,
/// so a late wake-up never reaches whoever got the same number next.
package struct Waker: Sendable {
  private let owned: OwnedDescriptor

  init(owning descriptor: Int32) { owned = OwnedDescriptor(descriptor) }

  var descriptor: Int32 { owned.descriptor }
  /// Tells the loops of one process apart.
  package var id: Int { Int(descriptor) }
}

private final class OwnedDescriptor: Sendable {
  let descriptor: Int32
  init(_ descriptor: Int32) { self.descriptor = descriptor }
  deinit { close(descriptor) }
}

/// The token that no channel has: the poller's own wake-up.
let wakeToken = UInt64.max
