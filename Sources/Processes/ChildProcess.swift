import CSystem
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A program that this process started, in a process group of its own.
///
/// It inherits three descriptors, no blocked signal and only the environment given. The
/// arguments are passed verbatim: there is no shell. Reading and waiting block, so they belong on a thread of their own.
///
/// Every child is reaped: by ``waitForEnd()``, or when this object goes, which kills what is left of the group.
package final class ChildProcess: Sendable {
  package enum Ending: Equatable, Sendable {
    case exited(code: Int32)
    case signalled(Int32)
  }

  package let processID: pid_t
  package let standardOutput: OutputPipe
  package let standardError: OutputPipe
  /// Nil until the process is reaped. Signals are sent under this lock: as long as the process is not reaped, no other
  /// process gets its id.
  private let ending = Mutex<Ending?>(nil)

  /// - Parameters:
  ///   - command: The program, looked up on the PATH, and its arguments.
  ///   - environment: All the variables that the program gets.
  ///   - directory: Its working directory; nil for that of this process.
  ///   - input: A descriptor that becomes its standard input, and stays the caller's; nil for an empty one.
  package init(
    _ command: [String], environment: [String: String], directory: String? = nil, input: Int32? = nil
  ) throws(ProcessError) {
    let program = command.first ?? ""
    func failure(_ code: Int32) -> ProcessError {
      .cannotStart(program: program, reason: String(cString: strerror(code)))
    }
    guard let output = Pipe(), let error = Pipe() else { throw failure(errno) }
    let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
    guard null >= 0 else { throw failure(errno) }
    defer { close(null) }
    var arguments = command.map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { (arguments + variables).forEach { free($0) } }
    var pid: pid_t = 0
    let code = telltale_spawn(
      &pid, program, &arguments, &variables, directory, input ?? null, output.writing, error.writing)
    guard code == 0 else { throw failure(code) }
    processID = pid
    standardOutput = output.reading
    standardError = error.reading
  }

  deinit {
    guard ending.withLock({ $0 == nil }) else { return }
    signalGroup(SIGKILL)
    _ = waitForEnd()
  }

  /// Sends a signal to the process and to all processes that it started and that stayed in its group.
  ///
  /// Does nothing once the process is reaped: another one may have its id by then.
  package func signalGroup(_ signal: Int32) {
    ending.withLock { ending in
      if ending == nil { kill(-processID, signal) }
    }
  }

  /// Blocks until the process has ended, and reaps it. Read its output first, or it may wait for room in a pipe for ever.
  /// Callable from several threads and again: the answer stays the same.
  package func waitForEnd() -> Ending {
    // Waits without reaping, so that the lock is not held for as long as the process runs.
    var information = siginfo_t()
    while waitid(P_PID, id_t(processID), &information, WEXITED | WNOWAIT) < 0, errno == EINTR {}
    return ending.withLock { ending in
      if let ending { return ending }
      let reaped = reap()
      ending = reaped
      return reaped
    }
  }

  private func reap() -> Ending {
    var status: Int32 = 0
    while waitpid(processID, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7F
    return signal == 0 ? .exited(code: (status >> 8) & 0xFF) : .signalled(signal)
  }
}

/// Closes the end that belongs to the child once the child has its copy.
private struct Pipe: ~Copyable {
  let reading: OutputPipe
  let writing: Int32

  /// Nil, with the reason in `errno`, if there is no descriptor left.
  init?() {
    var ends: [Int32] = [-1, -1]
    guard telltale_pipe(&ends) == 0 else { return nil }
    reading = OutputPipe(owning: ends[0])
    writing = ends[1]
  }

  deinit { close(writing) }
}
