import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Work for an event loop from other threads. The loop runs it with its owner.
package final class Mailbox<Owner>: Sendable {
  package typealias Work = @Sendable (Owner) -> Void

  private let work = Mutex<[Work]>([])
  private let waker: Waker

  init(waker: Waker) { self.waker = waker }

  /// Runs `work` on the loop, in the order of the calls.
  package func execute(_ work: @escaping Work) {
    let wasEmpty = self.work.withLock { waiting in
      waiting.append(work)
      return waiting.count == 1
    }
    if wasEmpty { waker.wake() }  // otherwise an earlier call has woken it
  }

  func drain() -> [Work] {
    work.withLock { waiting in
      defer { waiting = [] }
      return waiting
    }
  }
}

/// One thread that owns sockets.
///
/// `Owner` is the loop's state, such as the server's connections. It is made on the loop's thread and never leaves it;
/// other threads reach it through the ``mailbox``. So nothing that a loop owns is Sendable, and there is no lock and no
/// executor check between a socket and its handler.
package final class EventLoop<Owner>: Sendable {
  package let mailbox: Mailbox<Owner>
  /// How long its turns take, for monitoring.
  package let turnTimes: TurnTimes
  private let isStopping: Flag
  private let thread: Thread

  /// Starts the thread and waits until `make` has made the owner on it.
  /// - Throws: the error of `make`.
  package init(
    name: String, clock: LoopClock = .monotonic,
    make: @escaping @Sendable (Reactor, Mailbox<Owner>) throws -> Owner
  ) throws {
    let isStopping = Flag()
    let started = Started<Owner>()
    thread = Thread(name: name) {
      EventLoopThread.mark()
      do {
        Self.blockBrokenPipeSignal()
        let reactor = try Reactor(clock: clock)
        clock.loopStarted(reactor.waker)
        defer { clock.loopEnded(reactor.waker) }
        let mailbox = Mailbox<Owner>(waker: reactor.waker)
        let owner = try make(reactor, mailbox)
        started.report(.success((mailbox, reactor.turnTimes)))
        while !isStopping.isSet {
          reactor.turn { for work in mailbox.drain() { work(owner) } }
        }
      } catch {
        started.report(.failure(error))
      }
    }
    self.isStopping = isStopping
    do {
      (mailbox, turnTimes) = try started.wait().get()
    } catch {
      thread.join()
      throw error
    }
  }

  /// Writing to a broken connection is an error, not a signal: sendfile(2) has no flag for that.
  private static func blockBrokenPipeSignal() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
  }

  /// Runs a query on the loop and waits for its answer. Not to be called on the loop.
  /// - Returns: nil if the loop is too busy to answer in time.
  package func ask<Answer: Sendable>(patience: Milliseconds, _ question: @escaping @Sendable (Owner) -> Answer)
    -> Answer?
  {
    let answer = Answered<Answer>()
    mailbox.execute { owner in answer.report(question(owner)) }
    return answer.wait(patience)
  }

  /// Ends the loop after the work that is in the mailbox, and waits for its thread. Call it once, on another thread.
  package func stop() {
    let isStopping = isStopping
    mailbox.execute { _ in isStopping.set() }
    thread.join()
  }
}

/// A Boolean that becomes true once.
private final class Flag: Sendable {
  private let value = Atomic(false)
  var isSet: Bool { value.load(ordering: .acquiring) }
  func set() { value.store(true, ordering: .releasing) }
}

/// Passes the answer to a query from the loop to the waiting thread.
private final class Answered<Answer: Sendable>: Sendable {
  private let value = Mutex<Answer?>(nil)
  private let semaphore = DispatchSemaphore(value: 0)

  func report(_ answer: Answer) {
    value.withLock { $0 = answer }
    semaphore.signal()
  }

  func wait(_ patience: Milliseconds) -> Answer? {
    _ = semaphore.wait(timeout: .now() + .milliseconds(patience))
    return value.withLock { $0 }
  }
}

/// Passes the outcome of the start from the loop's thread to its initialiser.
private final class Started<Owner>: Sendable {
  typealias Outcome = Result<(Mailbox<Owner>, TurnTimes), any Error>

  private let value = Mutex<Outcome?>(nil)
  private let semaphore = DispatchSemaphore(value: 0)

  func report(_ result: Outcome) {
    value.withLock { $0 = result }
    semaphore.signal()
  }

  func wait() -> Outcome {
    semaphore.wait()
    return value.withLock { $0! }  // set before the signal
  }
}
