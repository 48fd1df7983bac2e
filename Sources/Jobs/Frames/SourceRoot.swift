import Files

/// The files that jobs may read: those below one folder, and uploads.
///
/// A path is resolved before it is checked, so neither `..` nor a symbolic link leads out.
package struct SourceRoot: Sendable {
  private let root: String
  let uploads: UploadFolder

  /// - Parameters:
  ///   - root: the folder that contains all sources.
  ///   - uploads: the folder of finished uploads, `upload:NAME`.
  package init(root: String, uploads: String) {
    self.root = root
    self.uploads = UploadFolder(path: uploads)
  }

  /// The source's real path and kind.
  package func resolve(_ source: String) throws(SourceError) -> ResolvedSource {
    if let name = Self.upload(in: source) { return try resolve(upload: name, source: source) }
    guard !source.isEmpty else { throw .empty }
    guard !source.utf8.contains(0) else { throw .missing(String(source.filter { $0 != "\0" })) }
    let missing = SourceError.missing(source)
    // A root that is gone must not become "/", below which everything lies.
    guard let folder = FileSystem.resolve(root) else { throw missing }
    let asked = source.hasPrefix("/") ? source : "\(folder)/\(source)"
    guard let path = FileSystem.resolve(asked) else {
      // The same answer whether a path outside exists or not.
      throw FilePath.isInside(FilePath.normalized(asked), folder: folder) ? missing : .outsideRoot(source)
    }
    guard FilePath.isInside(path, folder: folder) else { throw .outsideRoot(source) }
    return try ResolvedSource(name: source, path: path)
  }

  private func resolve(upload name: String, source: String) throws(SourceError) -> ResolvedSource {
    guard !name.isEmpty else { throw .empty }
    // A symbolic link is no upload, wherever it leads.
    guard UploadFolder.isValidName(name), uploads.whole(at: name) != nil else { throw .missingUpload(name) }
    return try ResolvedSource(name: source, path: uploads.whole(name))
  }

  /// The name in `upload:NAME`; nil for a path.
  static func upload(in source: String) -> String? {
    source.hasPrefix("upload:") ? String(source.dropFirst("upload:".count)) : nil
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
  /// Without symbolic links.
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
