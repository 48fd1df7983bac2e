import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension Store {
  /// The other processes that have a read transaction open on the database. Empty if the system can't list them.
  package func otherReaders() -> [Int] {
    #if canImport(Glibc)
      var status = stat()
      guard stat(folder.sharedMemory, &status) == 0,
        let locks = try? FileSystem.read("/proc/locks", maxBytes: 4 << 20)
      else { return [] }
      return ReadLocks.processes(
        in: String(decoding: locks, as: UTF8.self), inode: UInt64(status.st_ino), except: Int(getpid()))
    #else
      return []
    #endif
  }
}

/// The lines of Linux's `/proc/locks`:
/// `7: POSIX  ADVISORY  READ 4711 00:2f:1234 124 124` is a lock of process 4711 on byte 124 of the inode 1234.
package enum ReadLocks {
  /// SQLite's WAL_READ_LOCK(1) to (4): a reader that uses the log holds one of them. The lock on byte 123 is held by readers
  /// that use the database file alone (sqlite.org/walformat.html §2.3.1).
  private static let bytes = 124...127

  package static func processes(in locks: String, inode: UInt64, except own: Int) -> [Int] {
    var found: Set<Int> = []
    for line in locks.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count >= 8, words[1] == "POSIX", words[3] == "READ", let process = Int(words[4]), process != own,
        words[5].split(separator: ":").last.flatMap({ UInt64($0) }) == inode, let first = Int(words[6]),
        let last = Int(words[7]), first <= bytes.upperBound, last >= bytes.lowerBound
      else { continue }
      found.insert(process)
    }
    return found.sorted()
  }
}
