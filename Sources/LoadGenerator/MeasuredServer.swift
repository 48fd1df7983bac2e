import Processes

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A server that was started to be measured, and is there until ``stop()``.
package final class MeasuredServer {
  package let url: String
  package let usage: ProcessUsage
  private let process: ChildProcess

  /// Starts it and waits for the line with its URL.
  /// - Throws: ``LoadError/server(_:)``
  package init(_ command: [String], environment: [String: String]) throws {
    process = try ChildProcess(command, environment: environment)
    usage = ProcessUsage(processID: process.processID)
    let line = process.standardOutput.readLine()
    guard let address = line.firstRange(of: "http://") else {
      process.signalGroup(SIGKILL)
      let complaint = process.standardError.readLine()
      _ = process.waitForEnd()
      throw LoadError.server(complaint.isEmpty ? "it said nothing." : complaint)
    }
    url = String(line[address.lowerBound...])
  }

  /// Ends it and waits for that.
  package func stop() { end(SIGTERM) }

  /// Ends it with a signal and waits for that.
  func end(_ signal: Int32) {
    process.signalGroup(signal)
    _ = process.waitForEnd()
  }
}
