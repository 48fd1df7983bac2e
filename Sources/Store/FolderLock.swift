import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Keeps a data folder for this process alone, as long as it lives.
///
/// A lock of the file's (`flock`), which the kernel lets go of however the process ends: what is left behind locks nobody
/// out. The file names the holder and the machine's start, and is emptied by a clean end.
final class FolderLock: Sendable {
  /// How whoever held it before ended.
  enum PreviousEnd: Equatable, Sendable {
    /// Nobody is known to have held it.
    case unknown
    case clean
    /// The process died, but the system lived on: what it had written is what is there.
    case processDied
    /// The machine went down meanwhile.
    case machineStopped
  }

  let previousEnd: PreviousEnd
  private let file: OpenFile
  private let holder: FolderHolder

  /// - Parameter address: where the holder can be reached, for whoever comes and finds the folder taken.
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
    let machineStart = Self.machineStart()
    if isNew {
      previousEnd = .unknown
    } else if lines.isEmpty {
      previousEnd = .clean
    } else {
      previousEnd = lines.count >= 2 && lines[1] == machineStart ? .processDied : .machineStopped
    }
    // Not this machine's start yet: where a check refuses the files, or the process dies amid it, the next one must not
    // take them for checked.
    write(holder.lines(machineStart: lines.count >= 2 ? String(lines[1]) : "unchecked"))
  }

  deinit {
    // A child that is just being started has a copy of the descriptor for a moment, with which the lock would live on.
    flock(file.descriptor, LOCK_UN)
  }

  /// Who holds a folder now; nil where nobody does.
  static func holder(folder: String) -> FolderHolder? {
    guard let file = try? OpenFile("\(folder)/telltale.lock", for: .reading) else { return nil }
    guard flock(file.descriptor, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK else { return nil }
    return FolderHolder(lines(of: file))
  }

  /// Notes that the files were checked: from now on only the end of the machine can harm them.
  func markChecked() { write(holder.lines(machineStart: Self.machineStart())) }

  /// Notes that everything is where it belongs.
  func markClean() { write("") }

  /// - Returns: 0, or why it can't be locked.
  private static func lock(_ descriptor: Int32) -> Int32 {
    // Whoever asks for the holder has a lock of his own for microseconds: no reason to give up.
    for _ in 0..<10 {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return 0 }
      guard errno == EWOULDBLOCK || errno == EINTR else { return errno }
      usleep(10_000)
    }
    return EWOULDBLOCK
  }

  private func write(_ text: String) {
    // The next process reads it. If the write fails, that process checks more than it has to.
    try? file.truncate(to: 0)
    try? file.write(Array(text.utf8), at: 0)
  }

  private static func lines(of file: borrowing OpenFile) -> [Substring] {
    String(decoding: (try? file.read(512, at: 0)) ?? [], as: UTF8.self).split(separator: "\n")
  }

  /// What is different after each start of the machine; empty where that can't be told.
  private static func machineStart() -> String {
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

/// The process that has a data folder.
package struct FolderHolder: Equatable, Sendable, CustomStringConvertible {
  package var process: Int
  /// The URL at which it serves; nil where it serves none.
  package var address: String?

  package init(process: Int, address: String? = nil) {
    self.process = process
    self.address = address
  }

  /// Reads the lines of the lock's file: the process, the machine's start, the address.
  fileprivate init?(_ lines: [Substring]) {
    guard let process = lines.first.flatMap({ Int($0) }) else { return nil }
    self.init(process: process, address: lines.count > 2 ? String(lines[2]) : nil)
  }

  fileprivate func lines(machineStart: String) -> String {
    "\(process)\n\(machineStart)\n\(address.map { "\($0)\n" } ?? "")"
  }

  package var description: String { "process \(process)\(address.map { " at \($0)" } ?? "")" }
}
