import Dispatch
import Files
import Net
import Processes

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A running ffmpeg, with its output and its log. Killed when its job is cancelled, and when the object is released.
final class FFmpegProcess {
  private let child: ChildProcess
  private let log = Guarded(State())
  /// Signalled when the log has changed.
  private let news = DispatchSemaphore(value: 0)
  private let patienceSeconds: Int
  private let listener: Net.Thread
  private let cancel: CancelFlag
  private let killing: Int
  private var ending: ChildProcess.Ending?

  private struct State {
    var log = FFmpegLog()
    var isAtEnd = false
  }

  /// - Parameters:
  ///   - input: what `/dev/stdin` is. ffmpeg never sees the file's name, which could be a pattern, an option or a
  ///     protocol to it.
  ///   - program: Another one for tests.
  ///   - patienceSeconds: How long a frame's description may be missing.
  init(
    _ arguments: [String], input: borrowing OpenFile, cancel: CancelFlag, program: String = "ffmpeg",
    patienceSeconds: Int = 30
  ) throws(SourceError) {
    self.patienceSeconds = patienceSeconds
    // ffmpeg needs its libraries and no other variable of ours.
    let environment = Environment.values(["PATH", "LD_LIBRARY_PATH", "LANG"])
    do {
      child = try ChildProcess([program] + arguments, environment: environment, input: input.descriptor)
    } catch {
      throw .programFailed("ffmpeg", reason: "\(error)")
    }
    self.cancel = cancel
    killing = cancel.onRaise { [child] in child.signalGroup(SIGKILL) }
    // Read continuously, or a program that writes many errors would block on a full pipe.
    listener = Net.Thread(name: "ffmpeg") { [log, news, errors = child.standardError] in
      var piece: [UInt8] = []
      while errors.read(upTo: 16_384, appendingTo: &piece) > 0 {
        log.withLock { $0.log.receive(piece[...]) }
        news.signal()
        piece.removeAll(keepingCapacity: true)
      }
      log.withLock {
        $0.log.finish()
        $0.isAtEnd = true
      }
      news.signal()
    }
  }

  deinit { _ = end() }

  /// Appends up to `count` bytes of its output.
  /// - Returns: How many bytes were appended; 0 at the end.
  func read(_ count: Int, appendingTo bytes: inout [UInt8]) -> Int {
    child.standardOutput.read(upTo: count, appendingTo: &bytes)
  }

  /// The description of the next frame. Call this when a part of its picture has been read: ffmpeg logs the description
  /// before it writes the picture, and then waits until all of the picture is read.
  /// - Returns: Nil at the end of the log, or if the log is broken.
  func nextFrame() -> FFmpegLog.Frame? {
    while true {
      let (frame, isOver) = log.withLock { ($0.log.takeFrame(), $0.isAtEnd || $0.log.isBroken) }
      if frame != nil || isOver { return frame }
      if news.wait(timeout: .now() + .seconds(patienceSeconds)) == .timedOut {
        log.withLock { $0.log.missDescription() }
      }
    }
  }

  var isLogBroken: Bool { log.withLock { $0.log.isBroken } }

  /// Ends the program, waits for it and returns its log. Later calls return the same.
  func end() -> (log: FFmpegLog, ending: ChildProcess.Ending) {
    let ending = ending ?? finish()
    self.ending = ending
    return (log.withLock { $0.log }, ending)
  }

  private func finish() -> ChildProcess.Ending {
    // After the end of its output it is about to exit by itself, and may still log something.
    if !child.standardOutput.isAtEnd { child.signalGroup(SIGKILL) }
    listener.join()
    let ending = child.waitForEnd()
    cancel.forget(action: killing)
    return ending
  }
}
