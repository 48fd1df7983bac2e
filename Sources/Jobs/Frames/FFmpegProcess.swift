import Domain
import Net
import Processes
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A running ffmpeg or ffprobe, its output and the last lines of its errors. Killed when the object goes.
final class FFmpegProcess {
  private let child: ChildProcess
  private let program: String
  private let complaints: Complaints
  private let listener: Net.Thread
  private var hasEnded = false
  private var failure: SourceError?

  init(_ command: [String]) throws(SourceError) {
    program = command[0]
    // ffmpeg needs its libraries and no other variable of ours.
    let environment = Environment.values(["PATH", "LD_LIBRARY_PATH", "LANG"])
    do {
      child = try ChildProcess(command, environment: environment)
    } catch {
      throw .programFailed(program, reason: "\(error)")
    }
    let complaints = Complaints()
    self.complaints = complaints
    // Read continuously, or a program that writes many errors would block on a full pipe.
    listener = Net.Thread(name: program) { [errors = child.standardError] in complaints.collect(from: errors) }
  }

  deinit { _ = end() }

  /// Appends up to `count` bytes of its output.
  /// - Returns: How many bytes were appended; 0 at the end.
  func read(_ count: Int, appendingTo bytes: inout [UInt8]) -> Int {
    child.standardOutput.read(upTo: count, appendingTo: &bytes)
  }

  /// Ends the program and waits for it. Later calls return the same.
  /// - Returns: The error that the program failed with by itself; nil if it did not fail.
  func end() -> SourceError? {
    guard !hasEnded else { return failure }
    hasEnded = true
    // At the end of its output it is about to exit by itself, and its exit code matters.
    if !child.standardOutput.isAtEnd { child.signalGroup(SIGKILL) }
    listener.join()
    if case .exited(let code) = child.waitForEnd(), code != 0 {
      failure = .programFailed(program, reason: complaints.text ?? "it ended with the code \(code).")
    }
    return failure
  }

  /// The last bytes that a program wrote to its standard error.
  private final class Complaints: Sendable {
    private let newest = Mutex<[UInt8]>([])

    func collect(from errors: OutputPipe) {
      var piece: [UInt8] = []
      while errors.read(upTo: 4096, appendingTo: &piece) > 0 {
        newest.withLock { $0 = ($0 + piece).suffix(4096) }
        piece.removeAll(keepingCapacity: true)
      }
    }

    /// The last lines, which name the cause; nil if there are none.
    var text: String? {
      let lines = newest.withLock { $0.split(separator: 0x0A) }
      let last = lines.suffix(Self.maxLines).map { String(decoding: $0.prefix(500), as: UTF8.self) }
      let text = PlainText.lines(last.joined(separator: "\n"))
      return text.isEmpty ? nil : text
    }

    private static let maxLines = 10
  }
}
