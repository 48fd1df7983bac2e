import Dispatch
import Synchronization

/// The way to an event loop from other threads: work left here runs on the loop, which gives it the owner.
package final class Mailbox<Owner>: Sendable {
  package typealias Work = @Sendable (Owner) -> Void

  private let work = Mutex<[Work]>([])
  private let waker: Waker

  init(waker: Waker) { self.waker = waker }

  /// Runs `work` on the loop, after what was left before it. Wakes the loop only where nobody else has.
  package func execute(_ work: @escaping Work) {
    let wasEmpty = self.work.withLock { waiting in
      waiting.append(work)
      return waiting.count == 1
    }
    if wasEmpty { waker.wake() }
  }

  func takeAll() -> [Work] {
    work.withLock { waiting in
      let taken = waiting
      waiting = []
      return taken
    }
  }
}

/// One thread that owns sockets.
///
/// `Owner` is what lives on the loop (the server's connections). It is made on the loop's thread and never leaves it:
/// others leave work in the ``mailbox`` that is given the owner when its turn comes. So nothing that a loop owns is
/// Sendable, and no lock or executor check stands between a socket and its handler.
package final class EventLoop<Owner>: Sendable {
  package let mailbox: Mailbox<Owner>
  /// How long its turns take, for whoever watches over it.
  package let turnTimes: TurnTimes
  private let isStopping: Flag
  private let thread: Thread

  /// Starts the thread and waits until `make` has made the owner on it.
  /// - Throws: what `make` threw.
  package init(
    name: String, clock: LoopClock = .monotonic,
    make: @escaping @Sendable (Reactor, Mailbox<Owner>) throws -> Owner
  ) throws {
    let isStopping = Flag()
    let started = Started<Owner>()
    thread = Thread(name: name) {
      do {
        let reactor = try Reactor(clock: clock)
        clock.loopStarted(reactor.waker)
        defer { clock.loopEnded(reactor.waker) }
        let mailbox = Mailbox<Owner>(waker: reactor.waker)
        let owner = try make(reactor, mailbox)
        started.report(.success((mailbox, reactor.turnTimes)))
        while !isStopping.isSet {
          reactor.turn { for work in mailbox.takeAll() { work(owner) } }
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

  /// Asks the owner something, on its thread, and waits for the answer. Not for a loop's own thread.
  /// - Returns: nil where the loop is too busy to answer in time.
  package func ask<Answer: Sendable>(patience: Milliseconds, _ question: @escaping @Sendable (Owner) -> Answer)
    -> Answer?
  {
    let answer = Answered<Answer>()
    mailbox.execute { owner in answer.report(question(owner)) }
    return answer.wait(patience)
  }

  /// Ends the loop after the work left so far, and waits for its thread. Call it once, from another thread.
  package func stop() {
    let isStopping = isStopping
    mailbox.execute { _ in isStopping.set() }
    thread.join()
  }
}

/// Something that becomes true once.
private final class Flag: Sendable {
  private let value = Atomic(false)
  var isSet: Bool { value.load(ordering: .acquiring) }
  func set() { value.store(true, ordering: .releasing) }
}

/// Where a loop leaves the answer to a question.
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

/// Where the loop's thread leaves what its maker waits for.
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
    return value.withLock { $0! }  // report comes before the signal
  }
}
