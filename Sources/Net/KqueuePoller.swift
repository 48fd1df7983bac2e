#if canImport(Darwin)
  import Darwin

  /// kqueue, level triggered, with a user event for wake-ups.
  final class Poller: PollerInterface {
    private let queue: Int32
    let waker: Waker
    private let events: UnsafeMutableBufferPointer<kevent64_s>

    init() throws(NetError) {
      queue = kqueue()
      events = .allocate(capacity: 256)
      waker = Waker(owning: queue)
      guard queue >= 0 else { throw .system(call: "kqueue", code: errno) }
      apply(0, filter: Int16(EVFILT_USER), flags: UInt16(EV_ADD | EV_CLEAR), token: wakeToken)
    }

    deinit {
      events.deallocate()
    }

    func add(_ descriptor: Int32, token: UInt64, interest: Interest) throws(NetError) {
      change(descriptor, token: token, from: [], to: interest)
    }

    func change(_ descriptor: Int32, token: UInt64, from old: Interest, to new: Interest) {
      for (interest, filter) in [(Interest.reading, EVFILT_READ), (.writing, EVFILT_WRITE)] {
        if new.contains(interest), !old.contains(interest) {
          apply(descriptor, filter: Int16(filter), flags: UInt16(EV_ADD), token: token)
        } else if old.contains(interest), !new.contains(interest) {
          apply(descriptor, filter: Int16(filter), flags: UInt16(EV_DELETE), token: token)
        }
      }
    }

    func remove(_ descriptor: Int32, interest: Interest) {
      change(descriptor, token: 0, from: interest, to: [])
    }

    func wait(timeout: Int32) -> Int {
      var time = timespec(tv_sec: Int(timeout) / 1000, tv_nsec: Int(timeout) % 1000 * 1_000_000)
      return max(
        0, Int(kevent64(queue, nil, 0, events.baseAddress, Int32(events.count), 0, timeout < 0 ? nil : &time)))
    }

    func handle(_ count: Int, _ body: (UInt64, Readiness) -> Void) {
      for event in events[..<count] where event.udata != wakeToken {
        var readiness: Readiness = event.filter == Int16(EVFILT_WRITE) ? .writable : .readable
        if event.flags & UInt16(EV_EOF) != 0 { readiness.insert(.readable) }
        if event.flags & UInt16(EV_ERROR) != 0 { readiness.insert(.failed) }
        body(event.udata, readiness)
      }
    }

    private func apply(_ descriptor: Int32, filter: Int16, flags: UInt16, token: UInt64) {
      var change = kevent64_s(
        ident: UInt64(descriptor), filter: filter, flags: flags, fflags: 0, data: 0, udata: token, ext: (0, 0))
      kevent64(queue, &change, 1, nil, 0, 0, nil)
    }
  }

  extension Waker {
    /// Wakes the loop at once.
    func trigger() {
      var change = kevent64_s(
        ident: 0, filter: Int16(EVFILT_USER), flags: 0, fflags: UInt32(NOTE_TRIGGER), data: 0, udata: wakeToken,
        ext: (0, 0))
      kevent64(descriptor, &change, 1, nil, 0, 0, nil)
    }
  }
#endif
