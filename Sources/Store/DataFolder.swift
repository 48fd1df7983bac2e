#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The store's files in a data folder, and what must be right about them before SQLite touches them.
///
/// SQLite makes what is missing, deletes a log whose database is empty, and plays whatever log it finds into the file: right
/// for itself, wrong for somebody whose data is half gone.
struct DataFolder: Sendable {
  let path: String
  var database: String { "\(path)/telltale.db" }
  var log: String { "\(path)/telltale.db-wal" }
  var position: String { "\(path)/telltale.position" }

  /// Makes the folder where it is missing.
  /// - Throws: ``StoreError/inaccessible(path:reason:)``
  func make() throws(StoreError) {
    guard mkdir(path, 0o755) != 0 else { return }
    let failure = errno
    switch FileKind(path) {
    case .folder: return
    case .file, .other: throw .inaccessible(path: path, reason: "it is not a folder")
    case .linkToNowhere: throw .inaccessible(path: path, reason: "it is a link to nowhere")
    case .missing:
      let reason =
        failure == ENOENT ? "the folder that it would stand in does not exist" : Self.reason(failure)
      throw .inaccessible(path: path, reason: reason)
    }
  }

  /// Why the system refused, and what to do where rights are missing: the end of a sentence.
  static func reason(_ code: Int32) -> String {
    let words = String(cString: strerror(code))
    return [EACCES, EPERM, EROFS].contains(code)
      ? "\(words). Change its rights, or pass another folder with --data" : words
  }

  /// Looks at the files without changing anything.
  /// - Returns: the size of the database; nil where there is no store yet.
  /// - Throws: ``StoreError/inaccessible(path:reason:)``, ``StoreError/damaged(path:finding:)``
  func inspect() throws(StoreError) -> Int? {
    var logBytes = 0
    if case .file(let size) = FileKind(log) { logBytes = size }
    let hasPosition = FileKind(position) != .missing
    switch FileKind(database) {
    case .folder: throw .inaccessible(path: database, reason: "it is a folder")
    case .other: throw .inaccessible(path: database, reason: "it is not a file")
    case .linkToNowhere: throw .inaccessible(path: database, reason: "it is a link to nowhere")
    case .missing, .file(size: 0):
      guard logBytes == 0, !hasPosition else {
        throw .damaged(path: database, finding: "it is missing or empty, but its log or telltale.position is there")
      }
      return nil
    case .file(let size):
      try checkHeader(logBytes: logBytes)
      return size
    }
  }

  private func checkHeader(logBytes: Int) throws(StoreError) {
    let descriptor = open(database, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .inaccessible(path: database, reason: Self.reason(errno)) }
    defer { close(descriptor) }
    var header = [UInt8](repeating: 0, count: 20)
    guard pread(descriptor, &header, header.count, 0) == header.count, header.starts(with: "SQLite format 3\0".utf8)
    else {
      throw .damaged(path: database, finding: "it does not begin like a database")
    }
    // Bytes 18 and 19 are 2 where the file has a log (sqlite.org/fileformat2.html §1.3.3). A backup has none, so that one
    // put in the place of a lost file can't be mixed with that file's log.
    guard logBytes == 0 || header[18...19] == [2, 2] else {
      throw .damaged(path: database, finding: "telltale.db-wal belongs to another file; move it away")
    }
  }
}

/// What stands at a path.
enum FileKind: Equatable {
  case missing
  case file(size: Int)
  case folder
  case linkToNowhere
  case other

  init(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      self = lstat(path, &status) == 0 ? .linkToNowhere : .missing
      return
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: self = .file(size: Int(status.st_size))
    case S_IFDIR: self = .folder
    default: self = .other
    }
  }
}
