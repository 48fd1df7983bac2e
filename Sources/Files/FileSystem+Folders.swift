#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension FileSystem {
  /// What a process does in a folder.
  package enum FolderUse: Sendable {
    /// Open files by their names.
    case searching
    /// Read the names in it.
    case listing
    /// Create, move and remove files.
    case changing

    fileprivate var permissions: Int32 {
      switch self {
      case .searching: X_OK
      case .listing: R_OK | X_OK
      case .changing: W_OK | X_OK
      }
    }
  }

  /// Checks that a folder exists and that this process may use it so.
  /// - Throws: ``FileError``, with the cause ``FileError/Cause/notAFolder`` for anything but a folder.
  package static func checkFolder(_ path: String, for use: FolderUse) throws(FileError) {
    guard access(path, F_OK) == 0 else { throw FileError(errnoOf: .access, path) }
    guard FileKind(path) == .folder else { throw FileError(.access, path, cause: .notAFolder) }
    guard access(path, use.permissions) == 0 else { throw FileError(errnoOf: .access, path) }
  }

  /// Creates a folder in one that exists. A folder that exists already is no error.
  package static func createFolder(_ path: String) throws(FileError) {
    guard mkdir(path, 0o755) != 0 else { return }
    let failure = FileError(errnoOf: .create, path)
    switch FileKind(path) {
    case .folder: return
    case .file, .other: throw FileError(.create, path, cause: .notAFolder)
    case .missing, .danglingLink: throw failure
    }
  }

  /// Creates a folder and those above it, as far as they are missing.
  package static func createFolders(_ path: String) throws(FileError) {
    do {
      try createFolder(path)
    } catch {
      let parent = FilePath.parent(of: path)
      guard error.isMissing, parent != path, FileKind(path) == .missing else { throw error }
      try createFolders(parent)
      try createFolder(path)
    }
  }

  /// Creates a folder under a name that no other process gets.
  /// - Returns: Its path.
  package static func createTemporaryFolder(in parent: String, prefix: String) throws(FileError) -> String {
    var template = Array("\(parent)/\(prefix)XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw FileError(errnoOf: .create, parent) }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The names in a folder as text, in no order, without `.` and `..`. A name that isn't UTF-8 can't be opened by its
  /// text; see ``rawNames(in:)``.
  package static func names(in folder: String) throws(FileError) -> [String] {
    try rawNames(in: RawPath(folder)).map(\.description)
  }

  /// The regular files in a folder and the folders below it, by their paths from there, sorted. Hidden files and folders,
  /// and links to folders, are left out.
  package static func files(below folder: String) throws(FileError) -> [String] {
    var files: [String] = []
    for name in try names(in: folder) where !name.hasPrefix(".") {
      let path = "\(folder)/\(name)"
      if FileKind(path).isFile {
        files.append(name)
      } else if !isLink(path), FileKind(path) == .folder {
        for inner in try self.files(below: path) { files.append("\(name)/\(inner)") }
      }
    }
    return files.sorted()
  }

  static func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }
}
