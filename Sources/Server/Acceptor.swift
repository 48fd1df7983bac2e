import Net

/// Accepts connections and distributes them over the loops in turn.
final class Acceptor: Channel {
  private let socket: ListeningSocket
  private let reactor: Reactor
  private let core: ServerCore
  private let mailboxes: [Mailbox<Worker>]
  private var registration: Registration!  // set by the initialiser: registering needs self
  private var next = 0
  private var isPaused = false
  /// Whether no connection was accepted since the last pause.
  private var isExhausted = false

  init(socket: ListeningSocket, reactor: Reactor, core: ServerCore, mailboxes: [Mailbox<Worker>])
    throws(NetError)
  {
    self.socket = socket
    self.reactor = reactor
    self.core = core
    self.mailboxes = mailboxes
    registration = try reactor.register(socket.descriptor, self, interest: .reading)
    reactor.every(100) { [unowned self] in resume() }
  }

  func ready(_ readiness: Readiness) {
    // One hop a turn brings a loop all its new connections.
    var batches = [[Int32]](repeating: [], count: mailboxes.count)
    accepting: for _ in 0..<256 {
      switch socket.accept() {
      case .connection(let descriptor):
        isExhausted = false
        guard core.connectionOpened() else {
          closeDescriptor(descriptor)
          continue
        }
        batches[next].append(descriptor)
        next = next + 1 == mailboxes.count ? 0 : next + 1
      case .nothing: break accepting
      case .exhausted:
        pause()
        break accepting
      }
    }
    for (mailbox, batch) in zip(mailboxes, batches) where !batch.isEmpty {
      mailbox.execute { worker in batch.forEach(worker.add) }
    }
  }

  func close() {
    reactor.deregister(registration)
    closeDescriptor(socket.descriptor)
  }

  /// No descriptor is left. The socket stays readable, so accepting again at once would spin.
  private func pause() {
    isPaused = true
    if !isExhausted { core.acceptingPaused() }
    isExhausted = true
    reactor.setInterest([], of: registration)
  }

  private func resume() {
    guard isPaused else { return }
    isPaused = false
    reactor.setInterest(.reading, of: registration)
  }
}
