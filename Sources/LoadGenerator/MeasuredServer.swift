import Processes

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A server process to measure. It runs until ``stop()``.
package final class MeasuredServer {
  package let url: String
  package let usage: ProcessUsage
  private let process: ChildProcess

  /// Starts the server and waits for the line with its URL.
  /// - Throws: ``LoadError/server(_:)``
  package init(_ command: [String], environment: [String: String]) throws {
    process = try ChildProcess(command, environment: environment)
    usage = ProcessUsage(processID: process.processID)
    let line = process.standardOutput.readLine()
    guard let address = line.firstRange(of: "http://") else {
      process.signalGroup(SIGKILL)
      let message = process.standardError.readLine()
      _ = process.waitForEnd()
      throw LoadError.server(message.isEmpty ? "it printed nothing." : message)
    }
    url = String(line[address.lowerBound...])
  }

  /// Terminates the server and waits until it has exited.
  package func stop() { end(SIGTERM) }

  /// Sends the server a signal and waits until it has exited.
  func end(_ signal: Int32) {
    process.signalGroup(signal)
    _ = process.waitForEnd()
  }
}
