import Domain
import JSONValues
import Testing

struct StreamPositionTests {
  @Test func `a cursor is handed back as it was given out`() {
    let position = StreamPosition(epoch: "k3f9", offset: 1042)
    #expect(position.description == "k3f9:1042")
    #expect(StreamPosition(cursor: "k3f9:1042") == position)
  }

  @Test(arguments: [
    "", ":", "a:", ":1", "a:-1", "a:+1", "a:1x", "A:1", "a b:1", "a:99999999999999999999", "aaaaaaaaaaaaaaaaa:1",
  ])
  func `what was never a cursor is refused`(text: String) { #expect(StreamPosition(cursor: text) == nil) }
}

struct TopicTests {
  @Test(arguments: [Topic.jobs, .job("7"), .log("a-b_c"), .engines, .events, .project("3")])
  func `a topic reads back from its own text`(topic: Topic) { #expect(Topic(topic.description) == topic) }

  @Test(arguments: [
    "", "job", "job:", "job:a b", "job:../x", "jobs:1", "other:1", "JOB:1", "job:\u{350}67", "job\u{350}:67",
  ])
  func `what is no topic is refused`(text: String) { #expect(Topic(text) == nil) }
}

struct DeviceTests {
  @Test(arguments: [("cpu", Device.cpu), ("gpu", .gpu), ("cuda:0", .cuda(0)), ("cuda:63", .cuda(63))])
  func `a device reads back from its own text`(text: String, device: Device) {
    #expect(Device(text) == device)
    #expect(device.description == text)
  }

  @Test(arguments: ["", "tpu", "CPU", "cuda", "cuda:", "cuda:64", "cuda:-1", "cuda:+1", "cuda:1000"])
  func `what is no device is refused`(text: String) { #expect(Device(text) == nil) }
}

struct RealtimeMessageTests {
  private let job = Job(
    id: "7", name: "clip", work: .pipeline(.init(source: "clip.y4m", plugins: ["motion_detection"])),
    createdAt: Timestamp(milliseconds: 0))

  @Test func `a message has type, payload and timestamp`() {
    let message = RealtimeMessage.progress(job: job, progress: 42.5, stage: "Analysing", rate: 25)
    #expect(message.json.keys == ["type", "payload", "timestamp"])
    #expect(message.payload == ["job_id": "7", "progress": 42.5, "stage": "Analysing", "rate": 25.0])
  }

  @Test func `frames, logs, metrics and heartbeats are not numbered, everything else is`() {
    #expect([MessageType.frame, .log, .engineMetrics, .ping, .pong].allSatisfy { !$0.isNumbered })
    #expect(
      [MessageType.progress, .warning, .error, .metadata, .jobStatus, .pluginStatus, .partialResult].allSatisfy {
        $0.isNumbered
      })
  }

  @Test func `a snapshot adds up to the job: status, progress, each plugin, each warning`() {
    var job = job
    job.status = .running
    job.progress = 10
    job.set(PluginState(plugin: "a", status: .running))
    job.set(PluginState(plugin: "b", status: .started))
    job.set(PluginState(plugin: "a", status: .completed))
    job.warnings = [
      Warning(plugin: "a", message: "dark", severity: .low), Warning(plugin: "a", message: "dark", severity: .low),
    ]
    #expect(job.snapshot.map(\.type) == [.jobStatus, .progress, .pluginStatus, .pluginStatus, .warning, .warning])
    #expect(job.snapshot[2].payload["status"] == "completed")
  }

  @Test func `a job runs elsewhere than asked for only once it runs`() {
    var job = job
    job.work = .pipeline(.init(source: "clip.y4m", plugins: [], deviceRequested: .cuda(0)))
    #expect(!job.fallback)
    job.deviceUsed = .cpu
    #expect(job.fallback)
  }
}

struct PluginHealthTests {
  @Test(arguments: [(99.9, PluginHealth.ok), (100, .ok), (100.1, .degraded), (400, .degraded), (400.1, .slow)])
  func `health follows the latency budget`(timing: Double, health: PluginHealth) {
    #expect(PluginHealth(timing: timing, budget: 100) == health)
  }
}

struct LogTests {
  @Test func `one event is one line, whatever a client sent`() {
    let lines = Lines()
    let log = Log(level: .info, format: .text, sink: lines.add)
    log(.info, "request", values: ["path": "/a\r\nInjected: yes\u{1B}[31m"])
    log(.debug, "unseen")
    #expect(lines.all.count == 1)
    #expect(lines.all[0].filter { $0 == 0x0A }.count == 1)
    #expect(!lines.all[0].contains(0x1B))
  }

  @Test(arguments: [Log.Format.text, .json]) func `nothing that a terminal or a viewer obeys gets through`(
    format: Log.Format
  ) throws {
    let hostile = "\u{7F}\u{85}\u{9B}31m\u{2028}\u{2029}\u{202E}\u{2066}é🙂"
    let line = format.line(.info, "request", values: ["name": .string(hostile)])
    let text = String(decoding: line, as: UTF8.self)
    #expect(text.unicodeScalars.filter { $0.properties.generalCategory == .control } == ["\n"])
    #expect(text.hasSuffix("é🙂\"\n") || text.hasSuffix("é🙂\"}\n"))
    #expect(text.contains("\\u007f\\u0085\\u009b31m\\u2028\\u2029\\u202e\\u2066"))
    if format == .json { #expect(try JSON(parsing: line.dropLast())["name"] == .string(hostile)) }
  }

  @Test func `what nobody wants to know is not even made`() {
    let lines = Lines()
    let log = Log(level: .info, sink: lines.add)
    func expensive() -> JSONObject {
      Issue.record("it was made")
      return [:]
    }
    log(.debug, "detail", values: expensive())
    #expect(lines.all.isEmpty)
  }

  @Test func `for machines each line is a JSON object`() throws {
    let lines = Lines()
    Log(level: .info, format: .json, sink: lines.add)(.warning, "slow", values: ["ms": 12.5])
    let json = try JSON(parsing: lines.all[0].dropLast())
    #expect(json["level"] == "warning")
    #expect(json["event"] == "slow")
    #expect(json["ms"] == 12.5)
  }
}
