import Domain

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Whole small files, without Foundation.
package enum FileContent {
  /// - Throws: ``AppError`` where it is missing, no plain file, or larger than the limit.
  package static func bytes(of path: String, limit: Int) throws(AppError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw AppError(.notFound, "\(path): \(String(cString: strerror(errno))).") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= limit else {
      throw AppError(.invalid, "\(path) is no file, or larger than \(limit) bytes.")
    }
    let size = Int(status.st_size)
    return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let more = read(descriptor, buffer.baseAddress! + count, size - count)  // size is above 0 here
        if more <= 0 { break }
        count += more
      }
    }
  }

  /// How much of the file system that holds a path is free, 0...1.
  static func freeFraction(_ path: String) -> Double? {
    var status = statvfs()
    guard statvfs(path, &status) == 0, status.f_blocks > 0 else { return nil }
    return Double(status.f_bavail) / Double(status.f_blocks)
  }
}
