#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file open for reading, closed when the value ends. Reading blocks.
struct ReadableFile: ~Copyable {
  private let descriptor: Int32

  /// - Throws: ``SourceError/unreadable(_:reason:)``, also for devices and pipes, on which a reader could wait for ever.
  init(path: String) throws(SourceError) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .unreadable(path, reason: String(cString: strerror(errno))) }
    guard Files.kind(ofDescriptor: descriptor) == .file else {
      close(descriptor)
      throw .unreadable(path, reason: "it is not a plain file")
    }
  }

  deinit { close(descriptor) }

  /// Appends up to `count` bytes and says how many; 0 at the end.
  func read(_ count: Int, appendingTo bytes: inout [UInt8]) -> Int {
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: count))
    let got = bytes.withUnsafeMutableBytes {
      fullRead(descriptor, UnsafeMutableRawBufferPointer(rebasing: $0[start...]))
    }
    bytes.removeLast(count - got)
    return got
  }

  /// Fills the buffer from a place in the file as far as the file reaches; doesn't move where ``read(_:appendingTo:)`` goes on.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    max(0, pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset)))
  }

  private func fullRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    var got = 0
    while got < buffer.count {
      let count = unistdRead(descriptor, buffer.baseAddress! + got, buffer.count - got)  // not empty: got < count
      if count < 0, errno == EINTR { continue }
      if count <= 0 { break }
      got += count
    }
    return got
  }
}

/// `read(2)`, under a name that members called `read` don't hide.
private func unistdRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
  read(descriptor, buffer, count)
}

/// The few file system calls that jobs need.
package enum Files {
  enum Kind: Equatable {
    case file, folder, other
  }

  /// Nil where there is nothing.
  static func kind(of path: String) -> Kind? {
    var status = stat()
    return stat(path, &status) == 0 ? kind(status) : nil
  }

  static func kind(ofDescriptor descriptor: Int32) -> Kind? {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? kind(status) : nil
  }

  private static func kind(_ status: stat) -> Kind {
    switch status.st_mode & S_IFMT {
    case S_IFREG: .file
    case S_IFDIR: .folder
    default: .other
    }
  }

  /// Bytes of a file; nil where there is none.
  static func size(of path: String) -> Int? {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : nil
  }

  /// Names in a folder, in no order, without `.` and `..`; empty where it can't be read.
  static func names(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// The path with every symbolic link followed; nil where it leads nowhere.
  static func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Creates a folder and those above it; one that exists is fine.
  static func createFolder(_ path: String) {
    var prefix = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      prefix += "\(part)"
      mkdir(prefix, 0o755)
      prefix += "/"
    }
  }

  /// Writes a whole file. False where not every byte went in; then the file is removed again.
  static func write(_ bytes: [UInt8], to path: String) -> Bool {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return false }
    let complete = write(bytes, to: descriptor)
    close(descriptor)
    if !complete { unlink(path) }
    return complete
  }

  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    bytes.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let piece = UnsafeRawBufferPointer(rebasing: rest)
        let count = unistdWrite(descriptor, piece.baseAddress!, piece.count)  // not empty
        if count < 0, errno == EINTR { continue }
        if count < 0 { return false }
        rest = rest.dropFirst(count)
      }
      return true
    }
  }

  /// Removes the files of a folder and the folder; folders inside stay, and with them the folder.
  static func removeFolder(_ path: String) {
    for name in names(in: path) { unlink("\(path)/\(name)") }
    rmdir(path)
  }

  static func remove(_ path: String) { unlink(path) }

  /// Where a program lies on the PATH; nil where it doesn't.
  package static func program(_ name: String) -> String? {
    let path = getenv("PATH").map { String(cString: $0) } ?? ""
    return path.split(separator: ":").lazy.map { "\($0)/\(name)" }.first {
      access($0, X_OK) == 0 && kind(of: $0) == .file
    }
  }
}

private func unistdWrite(_ descriptor: Int32, _ buffer: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, buffer, count)
}
