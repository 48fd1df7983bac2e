import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The environment variables of this process.
package enum Environment {
  /// The values of the named variables, without those that are not set.
  package static func values(_ names: [String]) -> [String: String] {
    names.reduce(into: [:]) { values, name in values[name] = getenv(name).map { String(cString: $0) } }
  }

  /// Looks a program up on the PATH.
  /// - Returns: The path of the first executable file of that name; nil if there is none.
  package static func path(ofProgram name: String) -> String? {
    let folders = values(["PATH"])["PATH"] ?? ""
    return folders.split(separator: ":").lazy.map { "\($0)/\(name)" }.first(where: FileSystem.isExecutable)
  }
}
