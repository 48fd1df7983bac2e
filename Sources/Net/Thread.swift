import CSystem

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A dedicated thread for work that blocks: an event loop, a job's plugins, a child's output. Swift's cooperative pool has
/// one thread a core and must never block.
package struct Thread: Sendable {
  private let handle: pthread_t

  /// Starts the thread.
  /// - Parameter name: shown by debuggers and `top`, at most 15 bytes.
  package init(name: String, _ body: @escaping @Sendable () -> Void) {
    let start = Unmanaged.passRetained(Start(name: name, body: body))
    #if canImport(Glibc)
      var created = pthread_t()
      let failure = pthread_create(
        &created, nil,
        { argument in
          Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue().run()  // the pointer that is passed below
          return nil
        }, start.toOpaque())
      precondition(failure == 0, "The system has no thread left for \(name): \(String(cString: strerror(failure))).")
      handle = created
    #else
      var created: pthread_t?
      let failure = pthread_create(
        &created, nil,
        { argument in
          Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().run()
          return nil
        }, start.toOpaque())
      precondition(failure == 0, "The system has no thread left for \(name): \(String(cString: strerror(failure))).")
      handle = created!  // set if the call succeeded
    #endif
  }

  /// Waits until the body has returned. Call it or `detach`, once.
  package func join() { pthread_join(handle, nil) }

  /// Frees the thread's resources when the body returns, without a join.
  package func detach() { pthread_detach(handle) }

  private final class Start: Sendable {
    let name: String
    let body: @Sendable () -> Void
    init(name: String, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
    func run() {
      telltale_name_thread(name)
      body()
    }
  }
}
