import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The resources that a process uses, according to the kernel. Linux only: everything is nil elsewhere.
package struct ProcessUsage: Sendable {
  package let processID: pid_t

  package init(processID: pid_t) { self.processID = processID }

  /// User and system CPU time of all threads since the process started, in steps of 10 ms.
  var cpuSeconds: Double? {
    // Field 2 is the program's name in parentheses, which may contain spaces. Counting from the closing parenthesis as
    // field 2, the times are fields 14 and 15.
    guard let text = read("stat"), let name = text.lastIndex(of: ")") else { return nil }
    let fields = text[name...].split(separator: " ")
    guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else { return nil }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  /// The proportional set size in bytes: private pages, plus a share of each shared page.
  var memoryBytes: Int? {
    let line = read("smaps_rollup")?.split(separator: "\n").first { $0.hasPrefix("Pss:") }
    return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
  }

  /// The resident set size in bytes. Cheap enough to poll.
  var residentBytes: Int? {
    read("statm")?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * Int(getpagesize()) }
  }

  private func read(_ name: String) -> String? {
    (try? FileSystem.read("/proc/\(processID)/\(name)", maxBytes: 4096)).map { String(decoding: $0, as: UTF8.self) }
  }
}

/// Tracks how much a server's memory grows while the loop turns.
final class MemoryWatch {
  private let usage: ProcessUsage?
  private let before: Int?
  private var peak: Int?

  init(_ usage: ProcessUsage?, loop: LoadLoop) {
    self.usage = usage
    before = usage?.residentBytes
    loop.reactor.every(20) { [weak self] in self?.sample() }
  }

  /// The peak growth of resident memory since the start; nil if unknown.
  var growth: Int? {
    sample()
    guard let before, let peak else { return nil }
    return peak - before
  }

  private func sample() {
    guard let now = usage?.residentBytes else { return }
    peak = max(peak ?? now, now)
  }
}

/// The CPU usage of a server over a period of time.
struct UsageWindow {
  private let usage: ProcessUsage?
  private let cpuAtStart: Double?
  private let start = SendStamp.now()

  init(_ usage: ProcessUsage?) {
    self.usage = usage
    cpuAtStart = usage?.cpuSeconds
  }

  /// CPU time divided by elapsed time: 1.0 is one full core. Nil if unknown.
  var cpuShare: Double? {
    guard let cpuAtStart, let cpu = usage?.cpuSeconds else { return nil }
    return (cpu - cpuAtStart) / (Double(SendStamp.now() - start) / 1e9)
  }
}
