import App
import Domain
import Files
import JSONValues
import LoadGenerator
import Store

/// `telltale bench start`: measures how fast a server with a long history starts.
enum BenchStart {
  static let help = "the time until a server with a long history is ready"

  private static let options = [
    BenchOptions.Option("gigabytes", placeholder: "N", default: "1", help: "size of the database"),
    BenchOptions.Option("bytes", placeholder: "N", default: "250", help: "size of a message"),
    BenchOptions.Option("runs", placeholder: "N", default: "5", help: "runs of each kind; the median counts"),
    BenchOptions.Option("json", help: "print one JSON object"),
  ]

  static func run(_ arguments: [String]) throws -> Int32 {
    if CommandLineTool.asksForHelp(arguments) {
      Console.print(BenchCommand.help(of: "start", summary: help, options: options))
      return 0
    }
    let options = try BenchOptions(arguments, accepting: options)
    let bytes = try Int(options.number("gigabytes", in: 0.001...100) * 1e9)
    let messageBytes = try options.count("bytes", in: 160...65_000)
    let runs = try options.count("runs", in: 1...1_000)
    let folder = try ScratchFolder.make()
    defer { ScratchFolder.remove(folder) }
    let (messages, size) = try makeHistory(in: folder, bytes: bytes, messageBytes: messageBytes)
    var report = try StartLoad.run(
      loop: BenchSubject.loop(for: 1),
      command: [BenchSubject.program, "serve", "--port", "0", "--data", folder, "--log-level", "error"],
      environment: BenchSubject.environment, messages: 10_000, messageBytes: messageBytes, runs: runs)
    report.add("messages", label: "messages in the history", value: .int(messages), text: "\(messages)")
    report.add("database_bytes", label: "size of the database", value: .int(size), text: "\(size / 1_000_000) MB")
    BenchCommand.printReport(report, of: "start", processors: "not pinned", options: options)
    return 0
  }

  /// Stores finished jobs of 1,000 messages each until the database has the given size.
  /// - Returns: The number of messages, and the size of the database.
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
      for _ in 0..<jobsPerBatch {
        let number = offset / messagesPerJob + 1
        var job = Job(
          id: "\(number)", name: "History \(number)",
          work: .pipeline(.init(source: "clip.y4m", plugins: ["motion_detection"])), createdAt: now)
        (job.number, job.status, job.finishedAt, job.offset) = (number, .succeeded, now, offset + messagesPerJob)
        batch.jobs.append(job)
        batch.messages += (1...messagesPerJob).map { sequence in
          StoredMessage(
            offset: offset + sequence, topic: job.topic, sequence: sequence, type: .progress, at: now, json: json)
        }
        offset += messagesPerJob
      }
      try store.write(batch)
      size = FileKind("\(folder)/telltale.db").byteCount ?? size
    } while size < bytes
    store.close()
    return (offset, size)
  }

  private static let messagesPerJob = 1_000
  private static let jobsPerBatch = 5
}
