import Domain
import Files
import Processes
import Store
import StoreWriterChild
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The built child, which lies beside the test runner.
enum WriterChild {
  static let path = FilePath.parent(of: CommandLine.arguments[0]) + "/StoreWriterChild"

  static func start(_ mode: String, _ folder: String) throws -> ChildProcess {
    try ChildProcess([path, mode, folder], environment: [:])
  }

  /// What it says, until its end or until that many whole lines have been read.
  static func lines(of child: ChildProcess, atLeast count: Int = .max) -> [String] {
    let newline = UInt8(ascii: "\n")
    let all = child.standardOutput.read { bytes in
      bytes.last == newline && bytes.count(where: { $0 == newline }) >= count
    }
    return String(decoding: all, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}

struct KillTests {
  @Test func `after 200 kills at any moment all that was acknowledged is there, in order and whole`() throws {
    var generator = SystemRandomNumberGenerator()
    var commits = 0
    var folder = TemporaryFolder()
    for round in 0..<200 {
      // A new store now and then: it is killed while it is being made, too.
      if round % 20 == 0 { folder = TemporaryFolder() }
      let child = try WriterChild.start("write", folder.path)
      // Now and then while the program is loaded and the store opened; else while it writes. In microseconds, so that it
      // hits the inside of a commit as well as what lies between two.
      var begun: [String] = []
      if round % 4 > 0 { begun = WriterChild.lines(of: child, atLeast: 2) }
      usleep(UInt32.random(in: 0...15_000, using: &generator))
      child.signalGroup(SIGKILL)
      let lines = begun + WriterChild.lines(of: child)
      #expect(child.waitForEnd() == .signalled(SIGKILL), "round \(round): \(lines)")
      commits += max(0, lines.count - 1)
      try expectWhole(folder.path, acknowledged: lines.last.map { try #require(Int($0)) } ?? 0, "round \(round)")
    }
    // Else nothing was proven.
    #expect(commits >= 150)
    print("KillTests: 200 kills, \(commits) acknowledged commits")
  }

  private func expectWhole(_ path: String, acknowledged: Int, _ round: Comment) throws {
    let store = try Store(folder: path) { "epoch" }
    #expect(store.newestOffset >= acknowledged, round)
    let messages = try store.all()
    #expect(messages.map(\.offset) == Array(1..<store.newestOffset + 1), round)
    var sequences: [Topic: Int] = [:]
    for message in messages {
      sequences[message.topic, default: 0] += 1
      let expected = Script.message(message.offset, sequence: sequences[message.topic, default: 0])
      if message != expected { Issue.record("\(round): \(message) is not \(expected)") }
    }
    if let newest = messages.last?.offset {
      #expect(try store.job("j")?.offset == newest, round)
      #expect(try store.key("jobs/\(newest)") == Script.key(newest), round)
      #expect(try store.frames(ofJob: "j", newest: 1000).contains { $0.results[0].data["at"] == .int(newest) }, round)
    }
    #expect(try store.check() == [], round)
  }
}
