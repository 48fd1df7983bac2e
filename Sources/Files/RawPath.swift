#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A path as the file system stores it: bytes that need not be UTF-8. `String` replaces invalid bytes, and then names
/// another file or none.
package struct RawPath: Hashable, Sendable, CustomStringConvertible {
  package let bytes: [UInt8]

  package init(_ path: String) { bytes = Array(path.utf8) }

  /// - Parameter bytes: must not contain a zero byte.
  init(bytes: [UInt8]) { self.bytes = bytes }

  /// The path of a name in this folder.
  package func appending(_ name: RawPath) -> RawPath { RawPath(bytes: bytes + [UInt8(ascii: "/")] + name.bytes) }

  /// The bytes after the last slash.
  package var lastName: [UInt8] { Array(bytes[((bytes.lastIndex(of: UInt8(ascii: "/")) ?? -1) + 1)...]) }

  /// For people: invalid UTF-8 is replaced.
  package var description: String { String(decoding: bytes, as: UTF8.self) }

  /// The absolute path with every symbolic link followed; nil if nothing exists there.
  package var resolved: RawPath? {
    guard let resolved = withCString({ realpath($0, nil) }) else { return nil }
    defer { free(resolved) }
    return RawPath(bytes: Self.bytes(resolved))
  }

  /// Whether a resolved path is the folder or lies below it.
  package func isInside(_ folder: RawPath) -> Bool {
    self == folder
      || bytes.starts(with: folder.bytes == [UInt8(ascii: "/")] ? folder.bytes : folder.bytes + [UInt8(ascii: "/")])
  }

  func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    (bytes.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { buffer in
      // Never nil: the buffer has at least the terminating zero.
      body(buffer.baseAddress!)
    }
  }

  static func bytes(_ text: UnsafePointer<CChar>) -> [UInt8] {
    (0..<strlen(text)).map { UInt8(bitPattern: text[$0]) }
  }
}

extension FileSystem {
  /// The names in a folder, in no order, without `.` and `..`.
  package static func rawNames(in folder: RawPath) throws(FileError) -> [RawPath] {
    guard let directory = folder.withCString({ opendir($0) }) else {
      throw FileError(errnoOf: .list, folder.description)
    }
    defer { closedir(directory) }
    var names: [RawPath] = []
    while let entry = readdir(directory) {
      // d_name ends with a zero; the array's declared length says nothing.
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 1) { RawPath.bytes($0) }
      }
      if name != [UInt8(ascii: ".")], name != Array("..".utf8) { names.append(RawPath(bytes: name)) }
    }
    return names
  }
}
