#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Prints lines for people and scripts. Each line is one unbuffered `write`, because a script may wait for the line with
/// the URL.
enum Console {
  static func print(_ text: String) { output("\(text)\n", to: STDOUT_FILENO) }

  static func printError(_ message: String) { output("telltale: \(message)\n", to: STDERR_FILENO) }

  private static func output(_ text: String, to descriptor: Int32) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
  }
}
