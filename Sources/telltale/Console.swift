#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Lines for people and scripts. Each is one `write`, seen at once also where it goes into a pipe: a script waits for the
/// line with the URL.
enum Terminal {
  static func say(_ text: String) { put("\(text)\n", STDOUT_FILENO) }

  static func complain(_ sentence: String) { put("telltale: \(sentence)\n", STDERR_FILENO) }

  private static func put(_ text: String, _ descriptor: Int32) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
  }
}
