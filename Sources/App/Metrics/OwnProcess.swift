import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What the operating system says about this process.
enum OwnProcess {
  /// Seconds of all its threads together.
  static var cpuSeconds: Double {
    var usage = rusage()
    #if canImport(Glibc)
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    #else
      getrusage(RUSAGE_SELF, &usage)
    #endif
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }

  /// Nil where the system does not say.
  static var residentBytes: Int? {
    guard let bytes = try? FileSystem.read("/proc/self/statm", maxBytes: 4096) else { return nil }
    let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
    guard let pages = words.dropFirst().first.flatMap({ Int($0) }) else { return nil }
    return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
  }

  static var openDescriptors: Int? {
    // The descriptor that lists them is one of them.
    (try? FileSystem.names(in: "/dev/fd")).map { $0.count - 1 }
  }
}
