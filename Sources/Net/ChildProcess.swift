import CSystem

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A program that we started, in a process group of its own.
///
/// It inherits no descriptor but its three, no blocked signal and only the environment given. Arguments go as they are:
/// there is no shell. Reading and waiting block, so they belong on a ``Thread``.
package final class ChildProcess: Sendable {
  /// How it ended.
  package enum Ending: Equatable, Sendable {
    case exited(code: Int32)
    case signalled(Int32)
  }

  package let processID: pid_t
  /// The end from which its standard output is read; the owner of this object reads it from one thread only.
  package let standardOutput: Int32
  /// As ``standardOutput``, for its standard error.
  package let standardError: Int32

  /// - Parameters:
  ///   - command: the program, looked up on the PATH, and its arguments.
  ///   - environment: all that it gets to see.
  /// - Throws: ``NetError/cannotStart(program:reason:)``.
  package init(_ command: [String], environment: [String: String], directory: String? = nil) throws(NetError) {
    let program = command.first ?? ""
    func fail(_ code: Int32) -> NetError { .cannotStart(program: program, reason: String(cString: strerror(code))) }
    let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
    guard null >= 0 else { throw fail(errno) }
    defer { close(null) }
    guard let output = Self.pipe() else { throw fail(errno) }
    guard let error = Self.pipe() else {
      let code = errno
      [output.read, output.write].forEach { _ = close($0) }
      throw fail(code)
    }
    var arguments = command.map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { (arguments + variables).forEach { free($0) } }
    var pid: pid_t = 0
    let failure = telltale_spawn(
      &pid, program, &arguments, &variables, directory, null, output.write, error.write)
    close(output.write)
    close(error.write)
    guard failure == 0 else {
      close(output.read)
      close(error.read)
      throw fail(failure)
    }
    processID = pid
    standardOutput = output.read
    standardError = error.read
  }

  /// Sends a signal to it and to all that it started and that stayed in its group.
  package func signalGroup(_ signal: Int32) { kill(-processID, signal) }

  /// Blocks until it has ended, and reaps it. Call it exactly once, after reading.
  package func waitForEnd() -> Ending {
    var status: Int32 = 0
    while waitpid(processID, &status, 0) < 0 && errno == EINTR {}
    let signal = status & 0x7F
    return signal == 0 ? .exited(code: (status >> 8) & 0xFF) : .signalled(signal)
  }

  /// Reads what is there, up to the buffer's size; blocks while nothing is. 0 at the end of the output.
  package static func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    while true {
      #if canImport(Glibc)
        let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      #else
        let count = Darwin.read(descriptor, buffer.baseAddress, buffer.count)
      #endif
      if count >= 0 { return count }
      if errno != EINTR { return 0 }
    }
  }

  deinit {
    close(standardOutput)
    close(standardError)
  }

  private static func pipe() -> (read: Int32, write: Int32)? {
    var ends: [Int32] = [-1, -1]
    guard telltale_pipe(&ends) == 0 else { return nil }
    return (ends[0], ends[1])
  }
}
