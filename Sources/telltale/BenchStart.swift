import App
import Domain
import Files
import JSONValues
import LoadGenerator
import Store

/// `telltale bench start`: a server that starts with much history.
enum BenchStart {
  static let help = "how soon a server with much history is ready"

  private static let options = [
    BenchOptions.Option("gigabytes", "N", "1", "size of the database"),
    BenchOptions.Option("bytes", "N", "250", "size of a message"),
    BenchOptions.Option("runs", "N", "5", "how often each; the median counts"),
    BenchOptions.Option("json", nil, nil, "print one JSON object"),
  ]

  static func run(_ arguments: [String]) throws -> Int32 {
    if arguments.contains("--help") {
      Terminal.say(BenchCommand.help(of: "start", help, options))
      return 0
    }
    let options = try BenchOptions(arguments, options)
    let bytes = try Int(options.number("gigabytes", 0.001...100) * 1e9)
    let messageBytes = try options.count("bytes", 160...65_000)
    let runs = try options.count("runs", 1...1_000)
    let folder = try TemporaryFolder.make()
    defer { TemporaryFolder.remove(folder) }
    let (messages, size) = try makeHistory(in: folder, bytes: bytes, messageBytes: messageBytes)
    var report = try StartLoad.run(
      BenchSubject.loop(for: 1),
      [BenchSubject.program, "serve", "--port", "0", "--data", folder, "--log-level", "error"],
      environment: BenchSubject.environment, messages: 10_000, messageBytes: messageBytes, runs: runs)
    report.add("messages", "messages of its history", .int(messages), "\(messages)")
    report.add("database_bytes", "its database", .int(size), "\(size / 1_000_000) MB")
    BenchCommand.tell(report, "start", ranOn: "not pinned", options)
    return 0
  }

  /// Stores jobs of 1,000 messages each, all of them done, until the database is as large as it should be.
  /// - Returns: how many messages there are, and the size of the database.
  private static func makeHistory(
    in folder: String, bytes: Int, messageBytes: Int
  ) throws -> (messages: Int, databaseBytes: Int) {
    var random = SystemRandomNumberGenerator()
    let store = try Store(folder: folder) { StreamPosition.randomEpoch(using: &random) }
    let json = [UInt8](repeating: UInt8(ascii: "x"), count: messageBytes)
    let now = Timestamp.now()
    var offset = 0
    var size = 0
    repeat {
      var batch = StoreBatch()
      for _ in 0..<jobsInBatch {
        let number = offset / messagesOfJob + 1
        var job = Job(
          id: "\(number)", name: "History \(number)",
          work: .pipeline(.init(source: "clip.y4m", plugins: ["motion_detection"])), createdAt: now)
        (job.number, job.status, job.finishedAt, job.offset) = (number, .succeeded, now, offset + messagesOfJob)
        batch.jobs.append(job)
        batch.messages += (1...messagesOfJob).map { sequence in
          StoredMessage(
            offset: offset + sequence, topic: job.topic, sequence: sequence, type: .progress, at: now, json: json)
        }
        offset += messagesOfJob
      }
      try store.write(batch)
      size = FileKind("\(folder)/telltale.db").byteCount ?? size
    } while size < bytes
    store.close()
    return (offset, size)
  }

  private static let messagesOfJob = 1_000
  private static let jobsInBatch = 5
}
