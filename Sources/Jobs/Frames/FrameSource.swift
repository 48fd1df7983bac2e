import Imaging

/// The frames of a source, one after another. Blocks while it reads, so it belongs on a job's own thread.
package protocol FrameSource {
  /// Exact; nil if it can't be known before the end.
  var frameCount: Int? { get }
  /// Frames a second; nil for pictures, and for videos that don't say.
  var frameRate: Double? { get }

  /// The next frame; nil after the last.
  /// - Throws: ``PictureError`` or ``SourceError``; the source is then at its end.
  mutating func next() throws -> SourceFrame?
}

extension ResolvedSource {
  /// Opens the source. Counting the frames of a video reads all of it once.
  package func open() throws -> any FrameSource {
    switch kind {
    case .y4m: try Y4MSource(self)
    case .picture: PictureSource(paths: [path])
    case .folder: try PictureSource(folder: self)
    case .ffmpeg(let format): try FFmpegSource(self, format: format)
    }
  }
}

/// Refuses a frame of another size than the first: plugins and boxes rely on one size a source.
struct FrameSizeCheck {
  private var size: String?

  mutating func check(_ frame: Int, width: Int, height: Int) throws(SourceError) {
    let current = "\(width) × \(height)"
    guard let size, size != current else {
      size = current
      return
    }
    throw .sizeChanges(frame: frame, from: size, to: current)
  }
}
