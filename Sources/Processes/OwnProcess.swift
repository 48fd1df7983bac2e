import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// This process, as the operating system sees it.
package enum OwnProcess {
  /// Processor time of all threads, in seconds.
  package static var cpuSeconds: Double {
    var usage = rusage()
    #if canImport(Glibc)
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    #else
      getrusage(RUSAGE_SELF, &usage)
    #endif
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }

  /// Nil if the system doesn't tell.
  package static var residentBytes: Int? {
    guard let bytes = try? FileSystem.read("/proc/self/statm", maxBytes: 4096) else { return nil }
    let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
    guard let pages = words.dropFirst().first.flatMap({ Int($0) }) else { return nil }
    return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
  }

  package static var openDescriptors: Int? {
    // Without the descriptor that is used to list them.
    (try? FileSystem.names(in: "/dev/fd")).map { $0.count - 1 }
  }

  /// The number of processors that are online.
  package static var coreCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// Raises the limit of open files to the maximum that the system allows, and returns it.
  @discardableResult
  package static func raiseOpenFileLimit() -> Int {
    var limit = rlimit()
    guard getrlimit(openFiles, &limit) == 0 else { return openFileLimit }
    limit.rlim_cur = min(limit.rlim_max, 1 << 20)
    setrlimit(openFiles, &limit)
    return openFileLimit
  }

  /// The maximum number of open files and sockets.
  package static var openFileLimit: Int {
    var limit = rlimit()
    return getrlimit(openFiles, &limit) == 0 ? Int(clamping: limit.rlim_cur) : 1024
  }

  #if canImport(Glibc)
    private static let openFiles = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
  #else
    private static let openFiles = RLIMIT_NOFILE
  #endif
}
