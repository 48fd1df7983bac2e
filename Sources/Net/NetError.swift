#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Why the system refused a socket, a loop or a file.
package enum NetError: Error, Equatable, Sendable, CustomStringConvertible {
  case addressInUse(port: Int)
  case permissionDenied(port: Int)
  case unknownHost(String)
  case unreachable(host: String, reason: String)
  case cannotOpen(path: String, reason: String)
  case system(call: String, code: Int32)

  package var description: String {
    switch self {
    case .addressInUse(let port): "Port \(port) is already in use. Stop the other process, or pass --port <n>."
    case .permissionDenied(let port): "Port \(port) needs more rights. Pass a --port above 1023."
    case .unknownHost(let host):
      "\"\(host)\" is not an address of this machine. Pass --host with a numeric address such as 127.0.0.1."
    case .unreachable(let host, let reason): "\(host) can't be reached: \(reason)."
    case .cannotOpen(let path, let reason): "\(path) can't be opened: \(reason)."
    case .system(let call, let code): "\(call) failed: \(String(cString: strerror(code)))."
    }
  }
}
