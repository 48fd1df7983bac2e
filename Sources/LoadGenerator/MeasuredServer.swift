import Net

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
    let line = Self.readLine(process.standardOutput)
    guard let address = line.firstRange(of: "http://") else {
      process.signalGroup(SIGKILL)
      let message = Self.readLine(process.standardError)
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

  /// Reads until the end of the first line.
  private static func readLine(_ descriptor: Int32) -> String {
    var all: [UInt8] = []
    var byte: UInt8 = 0
    while withUnsafeMutableBytes(of: &byte, { ChildProcess.read(descriptor, into: $0) }) == 1 {
      guard byte != UInt8(ascii: "\n") else { break }
      all.append(byte)
    }
    return String(decoding: all, as: UTF8.self)
  }
}
