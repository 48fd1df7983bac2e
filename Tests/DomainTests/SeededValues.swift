import Domain
import JSONValues
import TestSupport

/// Random values of every kind that has a JSON form, the same ones for the same seed.
struct SeededValues {
  private var random: SeededGenerator

  init(seed: Int) { random = SeededGenerator(seed: UInt64(seed)) }

  mutating func bool() -> Bool { Bool.random(using: &random) }
  mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
  mutating func element<Value>(_ values: [Value]) -> Value { values[int(0...values.count - 1)] }

  /// A value in two of three cases.
  mutating func maybe<Value>(_ value: (inout SeededValues) -> Value) -> Value? { int(0...2) > 0 ? value(&self) : nil }

  mutating func list<Value>(atMost count: Int, _ value: (inout SeededValues) -> Value) -> [Value] {
    (0..<int(0...count)).map { _ in value(&self) }
  }

  /// Text with everything that JSON has to escape, and characters of one to four bytes.
  mutating func text() -> String {
    let pieces = ["a", "B c", "\"", "\\", "\n", "\u{0}", "\u{1F}", "é", "e\u{301}", "√", "𝄞", "</script>", "\u{2028}"]
    return list(atMost: 8) { $0.element(pieces) }.joined()
  }

  /// A key, a label or a heading: a text that is not blank.
  mutating func name() -> String { "n\(int(0...99))\(text())" }

  mutating func number(below limit: Double = 900_000) -> Double {
    let value = Double.random(in: 0..<limit, using: &random)
    return element([0, value.rounded(), (value * 10).rounded() / 10, value])
  }

  mutating func timestamp() -> Timestamp {
    Timestamp(milliseconds: Int64.random(in: 0...253_402_300_799_999, using: &random))
  }

  mutating func device() -> Device { element([.cpu, .gpu, .cuda(int(0...63))]) }

  mutating func object(depth: Int = 2) -> JSONObject {
    var object = JSONObject()
    for _ in 0..<int(0...3) { object[text()] = value(depth: depth) }
    return object
  }

  private mutating func value(depth: Int) -> JSON {
    let kind = int(0...(depth > 0 ? 6 : 4))
    switch kind {
    case 0: return .null
    case 1: return .bool(bool())
    case 2: return .int(int(-1_000_000...1_000_000))
    // A whole number reads back as an integer, so these have a fraction.
    case 3: return .double(Double(int(-1_000_000...1_000_000)) + 0.5)
    case 4: return .string(text())
    case 5: return .array(list(atMost: 3) { $0.value(depth: depth - 1) })
    default: return .object(object(depth: depth - 1))
    }
  }

  // MARK: Values of the domain

  mutating func statistics() -> TimingStatistics { TimingStatistics(p50: number(), p95: number(), max: number()) }

  mutating func pluginState() -> PluginState {
    var state = PluginState(plugin: name(), status: element(PluginStatus.allCases))
    state.milliseconds = maybe { $0.number() }
    state.framesProcessed = int(0...1_000_000)
    state.warningsCount = int(0...1000)
    state.health = maybe { $0.element(PluginHealth.allCases) }
    state.statistics = maybe { $0.statistics() }
    return state
  }

  mutating func warning() -> Warning {
    Warning(
      plugin: name(), message: text(), severity: element(Severity.allCases), frameID: maybe { $0.int(0...100_000) })
  }

  mutating func jobError() -> JobError {
    JobError(
      id: maybe { $0.int(1...1000) }, title: name(), message: maybe { $0.text() }, code: maybe { $0.text() },
      plugin: maybe { $0.name() }, frameID: maybe { $0.int(0...100_000) })
  }

  mutating func frameResult() -> FrameResult {
    FrameResult(
      job: "\(int(1...1000))", frameID: int(0...100_000), plugin: name(), data: object(), device: device().description,
      milliseconds: number(), width: maybe { $0.int(1...8000) }, height: maybe { $0.int(1...8000) },
      imageURL: maybe { $0.text() })
  }

  mutating func key() -> IdempotencyKey {
    IdempotencyKey(
      name: "jobs/\(name())", digest: list(atMost: 32) { UInt8($0.int(0...255)) }, job: "\(int(1...1000))",
      createdAt: timestamp())
  }

  mutating func work() -> JobWork {
    guard int(0...3) > 0 else { return .external }
    return .pipeline(
      PipelineWork(
        source: text(), plugins: list(atMost: 3) { $0.name() }, options: object(), deviceRequested: device(),
        version: maybe { $0.sourceVersion() }))
  }

  private mutating func sourceVersion() -> SourceVersion {
    SourceVersion(
      fileCount: int(0...1000), byteCount: int(0...1_000_000), stamp: name(), sha256: maybe { $0.name() })
  }

  mutating func job() -> Job {
    let number = int(1...1_000_000)
    var job = Job(
      id: "\(number)", name: name(), work: work(), retryOf: maybe { "\($0.int(1...1000))" }, createdAt: timestamp())
    job.number = number
    job.status = element(JobStatus.allCases)
    job.deviceUsed = maybe { $0.device() }
    job.progress = maybe { $0.number(below: 100) }
    job.stage = maybe { $0.text() }
    job.activePlugin = maybe { $0.name() }
    job.rate = maybe { $0.number() }
    job.etaSeconds = maybe { $0.number() }
    job.error = maybe { $0.text() }
    job.errorID = maybe { $0.int(1...100) }
    job.startedAt = maybe { $0.timestamp() }
    job.finishedAt = maybe { $0.timestamp() }
    job.pluginStates = list(atMost: 3) { $0.pluginState() }
    job.warnings = list(atMost: 3) { $0.warning() }
    job.warningsCount = job.warnings.count + int(0...100)
    job.errors = list(atMost: 3) { $0.jobError() }
    job.errorsCount = job.errors.count + int(0...100)
    job.results = object()
    return job
  }
}
