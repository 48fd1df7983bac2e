import Files
import Net
import Processes

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A running ffmpeg, with its output and its log. Killed when the object is released.
final class FFmpegProcess {
  private let child: ChildProcess
  private let log = Guarded(State())
  private let listener: Net.Thread
  private var ending: ChildProcess.Ending?

  private struct State {
    var log = FFmpegLog()
    var isAtEnd = false
  }

  /// - Parameter input: what `/dev/stdin` is. ffmpeg never sees the file's name, which could be a pattern, an option or a
  ///   protocol to it.
  init(_ arguments: [String], input: borrowing OpenFile) throws(SourceError) {
    // ffmpeg needs its libraries and no other variable of ours.
    let environment = Environment.values(["PATH", "LD_LIBRARY_PATH", "LANG"])
    do {
      child = try ChildProcess(["ffmpeg"] + arguments, environment: environment, input: input.descriptor)
    } catch {
      throw .programFailed("ffmpeg", reason: "\(error)")
    }
    // Read continuously, or a program that writes many errors would block on a full pipe.
    listener = Net.Thread(name: "ffmpeg") { [log, errors = child.standardError] in
      var piece: [UInt8] = []
      while errors.read(upTo: 16_384, appendingTo: &piece) > 0 {
        log.withLock { $0.log.receive(piece[...]) }
        piece.removeAll(keepingCapacity: true)
      }
      log.withLock {
        $0.log.finish()
        $0.isAtEnd = true
      }
    }
  }

  deinit { _ = end() }

  /// Appends up to `count` bytes of its output.
  /// - Returns: How many bytes were appended; 0 at the end.
  func read(_ count: Int, appendingTo bytes: inout [UInt8]) -> Int {
    child.standardOutput.read(upTo: count, appendingTo: &bytes)
  }

  /// The description of the next frame of the output. Blocks until ffmpeg has logged it.
  /// - Returns: Nil at the end of the log.
  func nextFrame() -> FFmpegLog.Frame? {
    log.wait { state -> FFmpegLog.Frame?? in
      if let frame = state.log.takeFrame() { return .some(frame) }
      return state.isAtEnd ? .some(nil) : nil
    }
  }

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
    return child.waitForEnd()
  }
}
