import Files
import Imaging
import Net

/// Keeps the frames of one job as PNG files, written by a thread of its own while the plugins work.
///
/// At most a few frames wait; beyond that, ``add(_:)`` blocks. If a job's pictures exceed its limit of bytes, the oldest
/// are removed.
package final class FramePictures: Sendable {
  private struct State {
    var waiting: [SourceFrame] = []
    /// The version of each picture of the newest frames, by frame; nil if it could not be written.
    var outcomes: [Int: PictureVersion?] = [:]
    var isClosed = false
  }

  private let state = Guarded(State())
  private let thread: Net.Thread

  /// Frames that may wait: enough to keep the thread busy; at most 15 MB at 1,280 × 720.
  private static let longestQueue = 3

  /// - Parameters:
  ///   - folder: the job's own; it is created, and so is the folder of all jobs' pictures.
  ///   - maximumBytes: of all pictures together.
  ///   - mayWrite: whether the data folder is still the one that the server opened. If it is another server's now, no
  ///     picture is written into it.
  package init(
    folder: String, maximumBytes: Int = 256 << 20, mayWrite: @escaping @Sendable () -> Bool = { true }
  ) {
    // Not the data folder itself: if it was removed, a server must not recreate it. If this fails, so does every write.
    if mayWrite() {
      try? FileSystem.createFolder(FilePath.parent(of: folder))
      try? FileSystem.createFolder(folder)
    }
    let state = state
    thread = Net.Thread(name: "pictures") {
      var kept = KeptPictures(folder: folder, maximumBytes: maximumBytes, mayWrite: mayWrite)
      while let frame = Self.nextFrame(in: state) {
        let version = kept.write(PNGEncoder.encode(frame.picture), frame: frame.id)
        state.withLock {
          $0.outcomes[frame.id] = .some(version)
          $0.waiting.removeFirst()
        }
      }
    }
  }

  /// Where a job's pictures are.
  static func folder(ofJob id: String, dataFolder: String) -> String { "\(dataFolder)/frames/\(id)" }

  /// The file of a frame's picture in a job's folder.
  static func path(folder: String, frame: Int) -> String { "\(folder)/\(frame).png" }

  /// The next frame, which stays in the queue until it is written; nil once the queue is closed and empty.
  private static func nextFrame(in state: Guarded<State>) -> SourceFrame? {
    state.wait { (state) -> SourceFrame?? in
      if let frame = state.waiting.first { return .some(frame) }
      return state.isClosed ? .some(nil) : nil
    }
  }

  /// Queues the frame for writing. Blocks while the queue is full.
  package func add(_ frame: SourceFrame) {
    state.wait { (state) -> Void? in
      guard state.waiting.count < Self.longestQueue else { return nil }
      state.waiting.append(frame)
      return ()
    }
  }

  /// Blocks until the picture of a frame that was added is written. To be called once a frame.
  /// - Returns: The version of its file; nil if it could not be written.
  package func version(ofWritten frame: Int) -> PictureVersion? {
    state.wait { $0.outcomes.removeValue(forKey: frame) }
  }

  /// Writes the queued pictures and ends the thread. To be called once.
  package func close() {
    state.withLock { $0.isClosed = true }
    thread.join()
  }
}

/// The files of a job's pictures and their sizes, oldest first.
private struct KeptPictures {
  let folder: String
  let maximumBytes: Int
  let mayWrite: @Sendable () -> Bool
  private var files: [(frame: Int, bytes: Int)] = []
  /// Files before this index are removed.
  private var oldest = 0
  private var total = 0

  init(folder: String, maximumBytes: Int, mayWrite: @escaping @Sendable () -> Bool) {
    self.folder = folder
    self.maximumBytes = maximumBytes
    self.mayWrite = mayWrite
  }

  /// - Returns: the picture's version; nil if it could not be written.
  mutating func write(_ bytes: [UInt8], frame: Int) -> PictureVersion? {
    guard mayWrite(), (try? FileSystem.write(bytes, to: FramePictures.path(folder: folder, frame: frame))) != nil
    else { return nil }
    files.append((frame, bytes.count))
    total += bytes.count
    while total > maximumBytes, oldest < files.count - 1 {
      try? FileSystem.remove(FramePictures.path(folder: folder, frame: files[oldest].frame))
      total -= files[oldest].bytes
      oldest += 1
    }
    return PictureVersion(ofPNG: bytes)
  }
}
