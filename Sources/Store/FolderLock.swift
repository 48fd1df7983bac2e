import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Reserves a data folder for this process.
///
/// The lock is an `flock`, which the kernel releases however the process ends, so a file that is left behind locks no other
/// process out. The file names the holder and the boot of the machine. A clean end empties it.
final class FolderLock: Sendable {
  /// How the previous holder ended.
  enum PreviousEnd: Equatable, Sendable {
    /// There is no previous holder, as far as is known.
    case unknown
    case clean
    /// The process died but the system kept running, so everything that the process wrote is in the files.
    case processDied
    /// The machine went down in the meantime.
    case machineStopped
  }

  let previousEnd: PreviousEnd
  private let file: OpenFile
  private let holder: FolderHolder

  /// - Parameter address: the URL of this process, for the error of a process that finds the folder in use.
  /// - Throws: ``StoreError/inUse(folder:by:)`` naming the holder, ``StoreError/inaccessible(path:reason:)``
  init(folder: String, address: String? = nil) throws(StoreError) {
    let path = "\(folder)/telltale.lock"
    let isNew = FileKind(path) == .missing
    let file: OpenFile
    do throws(FileError) {
      file = try OpenFile(path, for: .updating)
    } catch {
      throw StoreError(error)
    }
    let failure = Self.lock(file.descriptor)
    let lines = Self.lines(of: file)
    guard failure == 0 else {
      if failure == EWOULDBLOCK { throw .inUse(folder: folder, by: FolderHolder(lines)) }
      throw StoreError(FileError(.open, path, cause: .system(failure)))
    }
    self.file = file
    holder = FolderHolder(process: Int(getpid()), address: address)
    let bootID = Self.bootID()
    if isNew {
      previousEnd = .unknown
    } else if lines.isEmpty {
      previousEnd = .clean
    } else {
      previousEnd = lines.count >= 2 && lines[1] == bootID ? .processDied : .machineStopped
    }
    // Not this boot yet. If the check fails, or the process dies during it, the next process must not assume that the
    // files were checked.
    write(holder.lines(bootID: lines.count >= 2 ? String(lines[1]) : "unchecked"))
  }

  deinit {
    // A child process has a copy of the descriptor between fork and exec, which would keep the lock alive.
    flock(file.descriptor, LOCK_UN)
  }

  /// Identifies the file that is locked.
  var identity: Inode? { Inode(descriptor: file.descriptor) }

  /// The holder of a folder; nil if it is free.
  static func holder(folder: String) -> FolderHolder? {
    guard let file = try? OpenFile("\(folder)/telltale.lock", for: .reading) else { return nil }
    guard flock(file.descriptor, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK else { return nil }
    return FolderHolder(lines(of: file))
  }

  /// Records that the files were checked. From now on only a crash of the machine can damage them.
  func markChecked() { write(holder.lines(bootID: Self.bootID())) }

  /// Records a clean end.
  func markClean() { write("") }

  /// - Returns: 0, or the errno of a lock that failed.
  private static func lock(_ descriptor: Int32) -> Int32 {
    // `holder(folder:)` holds a shared lock for microseconds; try again.
    for _ in 0..<10 {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return 0 }
      guard errno == EWOULDBLOCK || errno == EINTR else { return errno }
      usleep(10_000)
    }
    return EWOULDBLOCK
  }

  private func write(_ text: String) {
    // For the next process. If the write fails, that process checks more than it has to.
    try? file.truncate(to: 0)
    try? file.write(Array(text.utf8), at: 0)
  }

  private static func lines(of file: borrowing OpenFile) -> [Substring] {
    String(decoding: (try? file.read(512, at: 0)) ?? [], as: UTF8.self).split(separator: "\n")
  }

  /// Identifies the boot of the machine; empty if the system doesn't tell.
  static func bootID() -> String {
    #if canImport(Glibc)
      let id = (try? FileSystem.read("/proc/sys/kernel/random/boot_id", maxBytes: 512)) ?? []
      return String(decoding: id.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    #else
      var time = timeval()
      var size = MemoryLayout<timeval>.size
      guard sysctlbyname("kern.boottime", &time, &size, nil, 0) == 0 else { return "" }
      return "\(time.tv_sec)"
    #endif
  }
}

/// The process that holds a data folder.
package struct FolderHolder: Equatable, Sendable, CustomStringConvertible {
  package var process: Int
  /// The URL that it serves; nil if it serves none.
  package var address: String?

  package init(process: Int, address: String? = nil) {
    self.process = process
    self.address = address
  }

  /// Reads the lines of the lock file: the process, the boot of the machine, the address.
  fileprivate init?(_ lines: [Substring]) {
    guard let process = lines.first.flatMap({ Int($0) }) else { return nil }
    self.init(process: process, address: lines.count > 2 ? String(lines[2]) : nil)
  }

  fileprivate func lines(bootID: String) -> String {
    "\(process)\n\(bootID)\n\(address.map { "\($0)\n" } ?? "")"
  }

  package var description: String { "process \(process)\(address.map { " at \($0)" } ?? "")" }
}
