#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension Configuration {
  /// Processors that are online.
  package static var coreCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// Raises the limit of open files to what the system allows, and returns it.
  @discardableResult
  package static func raiseOpenFileLimit() -> Int {
    var limit = rlimit()
    guard getrlimit(openFiles, &limit) == 0 else { return openFileLimit() }
    limit.rlim_cur = min(limit.rlim_max, 1 << 20)
    setrlimit(openFiles, &limit)
    return openFileLimit()
  }

  /// How many files and sockets the process may have open.
  static func openFileLimit() -> Int {
    var limit = rlimit()
    return getrlimit(openFiles, &limit) == 0 ? Int(clamping: limit.rlim_cur) : 1024
  }

  /// How many sockets may be open at once: one descriptor each, and some are left for files, logs and children.
  func maxSockets(openFiles: Int) -> Int { min(maxConnections, max(openFiles - 128, 16)) }

  /// How many of the sockets may be streams. The others answer probes, pages and those who are one stream too many, which
  /// need a socket to be told so.
  package static func maxStreams(sockets: Int) -> Int { max(1, sockets - min(max(sockets / 20, 1), 64)) }

  #if canImport(Glibc)
    private static let openFiles = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
  #else
    private static let openFiles = RLIMIT_NOFILE
  #endif
}
