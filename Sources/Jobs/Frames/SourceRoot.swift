import Files

/// The files that jobs may read: those below one folder, and uploads.
///
/// A path is resolved before it is checked, so neither `..` nor a symbolic link leads out.
package struct SourceRoot: Sendable {
  private let root: String
  let uploads: UploadFolder

  /// - Parameters:
  ///   - root: the folder that contains all sources.
  ///   - uploads: the finished uploads, `upload:NAME`.
  package init(root: String, uploads: UploadStore) {
    self.root = root
    self.uploads = uploads.files
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
    return try ResolvedSource(name: source, path: path, root: folder)
  }

  private func resolve(upload name: String, source: String) throws(SourceError) -> ResolvedSource {
    guard !name.isEmpty else { throw .empty }
    // A symbolic link isn't an upload, wherever it leads.
    guard UploadFolder.isValidName(name), uploads.whole(at: name) != nil else { throw .missingUpload(name) }
    return try ResolvedSource(name: source, path: uploads.whole(name), root: uploads.path)
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
    case ffmpeg(FFmpegInput)
  }

  /// As the caller named it, for messages.
  package let name: String
  /// Without symbolic links.
  package let path: String
  /// The folder that a link in a folder of pictures may not lead out of; without symbolic links.
  package let root: String
  package let kind: Kind

  init(name: String, path: String, root: String) throws(SourceError) {
    self.name = name
    self.path = path
    self.root = root
    switch FileKind(path) {
    case .folder: kind = .folder
    case .file: kind = Self.kind(path)
    case .missing, .danglingLink, .other: throw .unreadable(name, reason: "it is neither a file nor a folder")
    }
  }

  /// By the content; the extension decides only what the content leaves open.
  private static func kind(_ path: String) -> Kind {
    let suffix = FilePath.fileExtension(of: path)
    switch FileSignature(RawPath(path)) {
    case .y4m: return .y4m
    case .picture: return .picture
    case .other("a JPEG", _):
      // JPEGs one after another are a video only if the file's name says so: cameras write previews behind a picture.
      let isVideo = ["mjpeg", "mjpg"].contains(suffix)
      let format = isVideo ? "mjpeg" : "jpeg_pipe"
      return .ffmpeg(FFmpegInput(format: format, isOnePicture: !isVideo, what: "a JPEG"))
    case .other(let what, _): return .ffmpeg(FFmpegInput(format: nil, isOnePicture: false, what: what))
    // The parser for the extension's format reports what is wrong with the file.
    case nil where suffix == "y4m": return .y4m
    case nil where ["png", "ppm", "pgm", "pnm"].contains(suffix): return .picture
    case nil: return .ffmpeg(FFmpegInput(format: nil, isOnePicture: false, what: nil))
    }
  }
}
