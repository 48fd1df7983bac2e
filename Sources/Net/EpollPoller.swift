#if canImport(Glibc)
  import CSystem
  import Glibc

  /// epoll, level triggered, with an eventfd for wake-ups.
  final class Poller: PollerInterface {
    private let epoll: Int32
    let waker: Waker
    private let events: UnsafeMutableBufferPointer<epoll_event>

    init() throws(NetError) {
      epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
      let event = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
      events = .allocate(capacity: 256)
      waker = Waker(owning: event)
      guard epoll >= 0 else { throw .system(call: "epoll_create1", code: errno) }
      guard event >= 0 else { throw .system(call: "eventfd", code: errno) }
      try add(event, token: wakeToken, interest: .reading)
    }

    deinit {
      close(epoll)
      events.deallocate()
    }

    func add(_ descriptor: Int32, token: UInt64, interest: Interest) throws(NetError) {
      guard control(EPOLL_CTL_ADD, descriptor: descriptor, token: token, interest: interest) == 0 else {
        throw .system(call: "epoll_ctl", code: errno)
      }
    }

    func change(_ descriptor: Int32, token: UInt64, from old: Interest, to new: Interest) {
      _ = control(EPOLL_CTL_MOD, descriptor: descriptor, token: token, interest: new)
    }

    func remove(_ descriptor: Int32, interest: Interest) {
      _ = epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, nil)
    }

    func wait(timeout: Int32) -> Int {
      // A signal ends the wait without an event; the caller's loop waits again.
      max(0, Int(epoll_wait(epoll, events.baseAddress, Int32(events.count), timeout)))
    }

    func handle(_ count: Int, _ body: (UInt64, Readiness) -> Void) {
      for index in 0..<count {
        let (token, flags) = (events[index].data.u64, events[index].events)
        if token == wakeToken {
          var ignored: UInt64 = 0
          read(waker.descriptor, &ignored, 8)
          continue
        }
        var readiness: Readiness = []
        if flags & (EPOLLIN.rawValue | EPOLLRDHUP.rawValue) != 0 { readiness.insert(.readable) }
        if flags & EPOLLOUT.rawValue != 0 { readiness.insert(.writable) }
        if flags & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { readiness.insert(.failed) }
        body(token, readiness)
      }
    }

    private func control(_ operation: Int32, descriptor: Int32, token: UInt64, interest: Interest) -> Int32 {
      var flags: UInt32 = 0
      if interest.contains(.reading) { flags |= EPOLLIN.rawValue | EPOLLRDHUP.rawValue }
      if interest.contains(.writing) { flags |= EPOLLOUT.rawValue }
      var event = epoll_event(events: flags, data: epoll_data_t(u64: token))
      return epoll_ctl(epoll, operation, descriptor, &event)
    }
  }

  extension Waker {
    /// Wakes the loop at once.
    func trigger() {
      var one: UInt64 = 1
      write(descriptor, &one, 8)
    }
  }
#endif
