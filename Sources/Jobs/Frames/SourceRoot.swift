import Files

/// The files that jobs may read: those below one folder, and uploads.
///
/// A path is resolved before it is checked, so neither `..` nor a symbolic link leads out.
package struct SourceRoot: Sendable {
  private let root: String
  private let uploads: String

  /// - Parameters:
  ///   - root: the folder that contains all sources.
  ///   - uploads: the folder of finished uploads, `upload:NAME`.
  package init(root: String, uploads: String) {
    self.root = root
    self.uploads = uploads
  }

  /// The source's real path and kind.
  package func resolve(_ source: String) throws(SourceError) -> ResolvedSource {
    let isUpload = source.hasPrefix("upload:")
    let name = isUpload ? String(source.dropFirst("upload:".count)) : source
    guard !name.isEmpty else { throw .empty }
    let missing: SourceError
    if isUpload {
      missing = .missingUpload(name)
      guard UploadStore.isValidName(name) else { throw missing }
    } else {
      missing = .missing(source)
      guard !name.utf8.contains(0) else { throw .missing(String(source.filter { $0 != "\0" })) }
    }
    // A root that is gone must not become "/", below which everything lies.
    guard let folder = FileSystem.resolve(isUpload ? uploads : root) else { throw missing }
    let asked = name.hasPrefix("/") ? name : "\(folder)/\(name)"
    guard let path = FileSystem.resolve(asked) else {
      // The same answer whether a path outside exists or not.
      throw FilePath.isInside(FilePath.normalized(asked), folder: folder) ? missing : .outsideRoot(source)
    }
    guard FilePath.isInside(path, folder: folder) else { throw .outsideRoot(source) }
    return try ResolvedSource(name: source, path: path)
  }
}

/// A source that exists, and how to read it.
package struct ResolvedSource: Equatable, Sendable {
  package enum Kind: Equatable, Sendable {
    case y4m, picture, folder
    /// Opened by ffmpeg; `format` is nil if ffmpeg may guess.
    case ffmpeg(format: String?)
  }

  /// As the caller named it, for messages.
  package let name: String
  /// Absolute, without symbolic links.
  package let path: String
  package let kind: Kind

  init(name: String, path: String) throws(SourceError) {
    self.name = name
    self.path = path
    switch FileKind(path) {
    case .folder: kind = .folder
    case .file:
      guard let kind = Self.kind(path) else { throw .unknownKind(name) }
      self.kind = kind
    case .missing, .danglingLink, .other: throw .unreadable(name, reason: "it is neither a file nor a folder")
    }
  }

  private static func kind(_ path: String) -> Kind? {
    switch FilePath.fileExtension(of: path) {
    case "y4m": .y4m
    case "png", "ppm", "pgm", "pnm": .picture
    // Without the name, ffmpeg would read a % in the path as a pattern.
    case "jpg", "jpeg": .ffmpeg(format: "jpeg_pipe")
    case "mp4", "m4v", "mov", "mkv", "webm", "avi", "mpg", "mpeg", "ts", "flv", "ogv", "gif", "wmv", "3gp", "mjpeg":
      .ffmpeg(format: nil)
    default: nil
    }
  }
}
