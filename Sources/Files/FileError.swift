#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file operation that failed: the operation, its path and the cause.
package struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Operation: String, Equatable, Sendable {
    case access = "accessed"
    case open = "opened"
    case read = "read"
    case write = "written"
    case list = "listed"
    case create = "created"
    case move = "moved"
    case remove = "removed"
  }

  package enum Cause: Equatable, Sendable {
    /// An error number of the operating system.
    case system(Int32)
    /// A folder, a device or a pipe was found instead of a regular file.
    case notAFile
    case notAFolder
    case tooLarge(maxBytes: Int)
  }

  package var path: String
  package var operation: Operation
  package var cause: Cause

  package init(_ operation: Operation, _ path: String, cause: Cause) {
    self.path = path
    self.operation = operation
    self.cause = cause
  }

  /// Reads `errno`, so nothing may come between the failed call and this.
  init(errnoOf operation: Operation, _ path: String) { self.init(operation, path, cause: .system(errno)) }

  package var description: String { "\(path) can't be \(operation.rawValue): \(reason)." }

  /// The cause alone, without a full stop: part of a caller's own sentence.
  package var reason: String {
    switch cause {
    case .system(let code): String(cString: strerror(code))
    case .notAFile: "it is not a regular file"
    case .notAFolder: "it is not a folder"
    case .tooLarge(let maxBytes): "it has more than \(maxBytes) bytes"
    }
  }

  /// Nothing exists at the path.
  package var isMissing: Bool { isOne(of: [ENOENT]) }

  /// The process lacks the permission, or the file system is read-only.
  package var isDenied: Bool { isOne(of: [EACCES, EPERM, EROFS]) }

  /// Why the write was refused; nil if the error has another cause.
  package var writeFault: WriteFault? {
    // A read may fail with EIO too, which says nothing about writing.
    guard operation != .read, operation != .list, case .system(let code) = cause else { return nil }
    return WriteFault(systemError: code)
  }

  private func isOne(of codes: [Int32]) -> Bool {
    if case .system(let code) = cause { codes.contains(code) } else { false }
  }
}
