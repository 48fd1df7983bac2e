import Net
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A running ffmpeg or ffprobe: what it writes, and what it complains about. Killed where nobody wants it any more.
final class FFmpegProcess {
  private let child: ChildProcess
  private let program: String
  private let complaints: Complaints
  private let listener: Net.Thread
  private var hasEnded = false
  private var failure: SourceError?

  init(_ command: [String]) throws(SourceError) {
    program = command[0]
    // ffmpeg needs its libraries and nothing of ours.
    let environment = ["PATH", "LD_LIBRARY_PATH", "LANG"].reduce(into: [String: String]()) { environment, name in
      environment[name] = getenv(name).map { String(cString: $0) }
    }
    do {
      child = try ChildProcess(command, environment: environment)
    } catch {
      throw .programFailed(program, reason: "\(error)")
    }
    let complaints = Complaints()
    self.complaints = complaints
    // Read all the time, or a chatty program would wait for room in the pipe.
    listener = Net.Thread(name: program) { [child] in complaints.collect(from: child.standardError) }
  }

  deinit { _ = end() }

  /// Appends up to so many bytes of its output and says how many; 0 at the end.
  func read(_ count: Int, appendingTo bytes: inout [UInt8]) -> Int {
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: count))
    let got = bytes.withUnsafeMutableBytes {
      ChildProcess.read(child.standardOutput, into: UnsafeMutableRawBufferPointer(rebasing: $0[start...]))
    }
    bytes.removeLast(count - got)
    return got
  }

  /// Ends the program and waits for it; the answer is the same however often it is asked.
  /// - Returns: What it failed with by itself; nil where it did not.
  func end() -> SourceError? {
    guard !hasEnded else { return failure }
    hasEnded = true
    // At the end of its output it is about to exit by itself, with the code that counts; else nobody reads it any more.
    if !isAtEnd { child.signalGroup(SIGKILL) }
    listener.join()
    if case .exited(let code) = child.waitForEnd(), code != 0 {
      failure = .programFailed(program, reason: complaints.lastLine ?? "it ended with the code \(code).")
    }
    return failure
  }

  /// Whether it has closed its output and nothing is left in the pipe.
  private var isAtEnd: Bool {
    var output = pollfd(fd: child.standardOutput, events: Int16(POLLIN), revents: 0)
    return poll(&output, 1, 0) == 1 && output.revents & Int16(POLLIN) == 0
  }

  /// The newest of what a program wrote to its standard error.
  private final class Complaints: Sendable {
    private let newest = Mutex<[UInt8]>([])

    func collect(from descriptor: Int32) {
      var piece = [UInt8](repeating: 0, count: 4096)
      while case let count = piece.withUnsafeMutableBytes({ ChildProcess.read(descriptor, into: $0) }), count > 0 {
        newest.withLock { $0 = ($0 + piece[..<count]).suffix(4096) }
      }
    }

    var lastLine: String? {
      newest.withLock { bytes in
        bytes.split(separator: 0x0A).last.map { String(decoding: $0.prefix(500), as: UTF8.self) }
      }
    }
  }
}
