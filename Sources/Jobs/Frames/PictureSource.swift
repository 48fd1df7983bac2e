import Files
import Imaging

/// A picture, or a folder of pictures in natural order: `frame2.png` before `frame10.png`.
struct PictureSource: FrameSource {
  private let paths: [String]
  private var nextIndex = 0
  private var size = FrameSizeCheck()

  /// Longer files are not read: this holds 64 Mi pixels uncompressed.
  static let maximumFileBytes = 272 << 20

  var frameCount: Int? { paths.count }
  var frameRate: Double? { nil }

  init(paths: [String]) { self.paths = paths }

  init(folder: ResolvedSource) throws(SourceError) {
    paths = Self.pictures(in: folder.path)
    guard !paths.isEmpty else { throw .emptyFolder(folder.name) }
  }

  /// The pictures of a folder, without other files, hidden files and links that lead out of the folder.
  static func pictures(in folder: String) -> [String] {
    let names = ((try? FileSystem.names(in: folder)) ?? []).filter { name in
      !name.hasPrefix(".") && ["png", "ppm", "pgm", "pnm"].contains(FilePath.fileExtension(of: name))
    }
    return names.sorted(by: NaturalOrder.isBefore).map { "\(folder)/\($0)" }.filter { path in
      // A link to another place resolves to another path, and a pipe is not a file.
      FileSystem.resolve(path) == path && FileKind(path).isFile
    }
  }

  mutating func next() throws -> SourceFrame? {
    guard nextIndex < paths.count else { return nil }
    let path = paths[nextIndex]
    let picture = try Picture.decode(Self.read(path))
    try size.check(nextIndex, width: picture.width, height: picture.height)
    let rgb = picture.rgb()
    defer { nextIndex += 1 }
    return SourceFrame(id: nextIndex, picture: rgb, luma: picture.luma())
  }

  private static func read(_ path: String) throws(SourceError) -> [UInt8] {
    do throws(FileError) {
      return try FileSystem.read(path, maxBytes: maximumFileBytes)
    } catch {
      if case .tooLarge = error.cause {
        throw .fileTooLarge(FilePath.name(of: path), maximumBytes: maximumFileBytes)
      }
      throw .unreadable(path, reason: error.reason)
    }
  }
}
