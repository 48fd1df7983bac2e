import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a process uses, as the kernel counts it. Linux only: elsewhere everything is nil.
package struct ProcessUsage: Sendable {
  package let processID: pid_t

  package init(processID: pid_t) { self.processID = processID }

  /// Processor time of all its threads since it started, user and system, in steps of 10 ms.
  var cpuSeconds: Double? {
    // The second field is the program's name in parentheses, which may hold spaces; the times are fields 14 and
    // 15, and the parenthesis counts as the second.
    guard let text = read("stat"), let name = text.lastIndex(of: ")") else { return nil }
    let fields = text[name...].split(separator: " ")
    guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else { return nil }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  /// Its proportional share of memory in bytes: its own pages, and its part of those it shares.
  var memoryBytes: Int? {
    let line = read("smaps_rollup")?.split(separator: "\n").first { $0.hasPrefix("Pss:") }
    return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
  }

  /// Resident bytes; cheap enough to be asked often.
  var residentBytes: Int? {
    read("statm")?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * Int(getpagesize()) }
  }

  private func read(_ name: String) -> String? {
    (try? FileSystem.read("/proc/\(processID)/\(name)", maxBytes: 4096)).map { String(decoding: $0, as: UTF8.self) }
  }
}

/// How much a server's memory grows while a loop turns.
final class MemoryWatch {
  private let usage: ProcessUsage?
  private let before: Int?
  private var most: Int?

  init(_ usage: ProcessUsage?, _ loop: LoadLoop) {
    self.usage = usage
    before = usage?.residentBytes
    loop.reactor.every(20) { [weak self] in self?.look() }
  }

  /// The most by which resident memory was above its first size; nil where that can't be known.
  var growth: Int? {
    look()
    guard let before, let most else { return nil }
    return most - before
  }

  private func look() {
    guard let now = usage?.residentBytes else { return }
    most = max(most ?? now, now)
  }
}

/// Processor time of a server over a span of time.
struct UsageWindow {
  private let usage: ProcessUsage?
  private let cpuAtStart: Double?
  private let start = SendStamp.now()

  init(_ usage: ProcessUsage?) {
    self.usage = usage
    cpuAtStart = usage?.cpuSeconds
  }

  /// What share of one core it used since the window began; nil where that can't be known.
  var cpuShare: Double? {
    guard let cpuAtStart, let cpu = usage?.cpuSeconds else { return nil }
    return (cpu - cpuAtStart) / (Double(SendStamp.now() - start) / 1e9)
  }
}
