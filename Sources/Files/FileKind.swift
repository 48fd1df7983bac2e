#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The kind of file at a path. Symbolic links are followed.
package enum FileKind: Equatable, Sendable {
  /// Also for a path that this process may not look at.
  case missing
  /// A regular file.
  case file(byteCount: Int)
  case folder
  case danglingLink
  /// A device, a pipe or a socket.
  case other

  package init(_ path: String) { self.init(RawPath(path)) }

  package init(_ path: RawPath) {
    var status = stat()
    if path.withCString({ stat($0, &status) }) == 0 {
      self.init(status)
    } else {
      self = path.withCString({ lstat($0, &status) }) == 0 ? .danglingLink : .missing
    }
  }

  init(descriptor: Int32) {
    var status = stat()
    if fstat(descriptor, &status) == 0 { self.init(status) } else { self = .missing }
  }

  private init(_ status: stat) {
    switch status.st_mode & S_IFMT {
    case S_IFREG: self = .file(byteCount: Int(status.st_size))
    case S_IFDIR: self = .folder
    default: self = .other
    }
  }

  package var isFile: Bool { byteCount != nil }

  /// The size of a regular file; nil for everything else.
  package var byteCount: Int? {
    if case .file(let byteCount) = self { byteCount } else { nil }
  }
}
