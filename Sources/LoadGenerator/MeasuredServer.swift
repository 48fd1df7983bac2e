import Net

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
    let line = Self.line(process.standardOutput)
    guard let address = line.firstRange(of: "http://") else {
      process.signalGroup(SIGKILL)
      let complaint = Self.line(process.standardError)
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

  /// Reads up to the first line's end.
  private static func line(_ descriptor: Int32) -> String {
    var all: [UInt8] = []
    var byte: UInt8 = 0
    while withUnsafeMutableBytes(of: &byte, { ChildProcess.read(descriptor, into: $0) }) == 1 {
      guard byte != UInt8(ascii: "\n") else { break }
      all.append(byte)
    }
    return String(decoding: all, as: UTF8.self)
  }
}
