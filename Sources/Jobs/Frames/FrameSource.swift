import Files
import Imaging

/// The frames of a source, one after another. Blocks while it reads, so it belongs on a job's own thread.
///
/// A source goes on as long as there is anything to read. Unreadable parts are reported as problems, not thrown.
package protocol FrameSource {
  /// How many frames there will be; nil if unknown before the end. Decreases when some turn out to be unreadable.
  var frameCount: Int? { get }

  /// The next frame; nil after the last.
  /// - Throws: ``PictureError`` or ``SourceError`` if there is not a single frame.
  mutating func next() throws -> SourceFrame?

  /// What could not be read: sentences for the job's warnings. Each is returned once; the last are known after the last
  /// frame.
  mutating func takeProblems() -> [String]
}

extension ResolvedSource {
  /// Opens the source. Counting the frames of a video reads all of it once.
  /// - Parameter cancel: Raised, it ends the source, whatever it waits for.
  package func open(cancel: CancelFlag = CancelFlag()) throws -> any FrameSource {
    switch kind {
    case .y4m: try Y4MSource(self, cancel: cancel)
    case .picture: try PictureSource(file: self)
    case .folder: try PictureSource(folder: self, cancel: cancel)
    case .ffmpeg(let input): try FFmpegSource(openFile(), name: name, input: input, cancel: cancel)
    }
  }

  /// Throws if the first bytes or the first frame show that the source can't be read. Blocks; with ffmpeg, for some
  /// tenths of a second.
  package func check() throws {
    switch kind {
    case .y4m:
      // Its header may be followed by nothing, or by less than a picture.
      var video = try Y4MSource(self, countsFrames: false)
      _ = try video.next()
    case .picture:
      let file = try openFile()
      let start = try file.read(FileSignature.startBytes, at: 0)
      try Picture.checkHeader(start, isWhole: start.count == file.byteCount)
      if FileEnding.isMissingFromPNG(file) { throw SourceError.cutOff(name) }
    case .folder:
      _ = try PictureSource(folder: self)
    case .ffmpeg(let input):
      try FFmpeg.check(openFile(), name: name, input: input)
    }
  }

  func openFile() throws(SourceError) -> OpenFile {
    do throws(FileError) {
      return try OpenFile(path, for: .reading)
    } catch {
      throw .unreadable(name, reason: error.reason)
    }
  }
}

/// A list of names for a sentence, which shows only the first few of what may be thousands.
struct ShortList {
  private var named: [String] = []
  private(set) var count = 0
  private static let mostNamed = 5

  var isEmpty: Bool { count == 0 }

  mutating func add(_ item: @autoclosure () -> String) {
    count += 1
    if named.count < Self.mostNamed { named.append(item()) }
  }

  /// `a, b and 3 more`
  var text: String {
    named.joined(separator: ", ") + (count > named.count ? " and \(count - named.count) more" : "")
  }
}
