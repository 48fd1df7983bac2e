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
  private let descriptor: Int32
  private let holder: FolderHolder

  /// - Parameter address: where the holder can be reached, for whoever comes and finds the folder taken.
  /// - Throws: ``StoreError/inUse(folder:by:)`` naming the holder, ``StoreError/inaccessible(path:reason:)``
  init(folder: String, address: String? = nil) throws(StoreError) {
    let path = "\(folder)/telltale.lock"
    let isNew = access(path, F_OK) != 0
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw .inaccessible(path: path, reason: DataFolder.reason(errno))
    }
    holder = FolderHolder(process: Int(getpid()), address: address)
    let failure = Self.lock(descriptor)
    let lines = Self.lines(of: descriptor)
    guard failure == 0 else {
      close(descriptor)
      if failure == EWOULDBLOCK { throw .inUse(folder: folder, by: FolderHolder(lines)) }
      throw .inaccessible(path: path, reason: String(cString: strerror(failure)))
    }
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
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  /// Who holds a folder now; nil where nobody does.
  static func holder(folder: String) -> FolderHolder? {
    let descriptor = open("\(folder)/telltale.lock", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK else { return nil }
    return FolderHolder(lines(of: descriptor))
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
    // For whoever comes next. Where it can't be written, that one checks more than it must.
    let bytes = Array(text.utf8)
    _ = ftruncate(descriptor, 0)
    _ = pwrite(descriptor, bytes, bytes.count, 0)
  }

  private static func lines(of descriptor: Int32) -> [Substring] {
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self).split(separator: "\n")
  }

  /// What is different after each start of the machine; empty where that can't be told.
  private static func machineStart() -> String {
    #if canImport(Glibc)
      let file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
      guard file >= 0 else { return "" }
      defer { close(file) }
      return lines(of: file).first.map(String.init) ?? ""
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
