import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

package enum Files {
  /// Where a program lies on the PATH; nil if it isn't there.
  package static func program(_ name: String) -> String? {
    let path = getenv("PATH").map { String(cString: $0) } ?? ""
    return path.split(separator: ":").lazy.map { "\($0)/\(name)" }.first(where: FileSystem.isExecutable)
  }
}
