import Domain
import JSONValues
import Testing

/// What is written to a message, a row or an answer is read back the same.
struct CodecTests {
  private static let seeds = 1...200

  /// Through bytes, as a row or a connection carries it.
  private func carried(_ json: JSONObject) throws -> JSONObject {
    let bytes = JSON.object(json).encoded()
    return try #require(try JSON(parsing: bytes).objectValue)
  }

  @Test(arguments: seeds) func `a plugin's state reads back as it was written`(seed: Int) throws {
    var values = SeededValues(seed: seed)
    let state = values.pluginState()
    #expect(PluginState(try carried(state.json)) == state)
  }

  @Test(arguments: seeds) func `timing statistics read back as they were written`(seed: Int) throws {
    var values = SeededValues(seed: seed)
    let statistics = values.statistics()
    #expect(TimingStatistics(try carried(statistics.json)) == statistics)
  }

  @Test(arguments: seeds) func `a warning reads back as it was written`(seed: Int) throws {
    var values = SeededValues(seed: seed)
    let warning = values.warning()
    #expect(Warning(try carried(warning.json)) == warning)
  }

  @Test(arguments: seeds) func `an error reads back as it was written`(seed: Int) throws {
    var values = SeededValues(seed: seed)
    let error = values.jobError()
    #expect(JobError(try carried(error.json)) == error)
  }

  @Test(arguments: seeds) func `a frame's result reads back as it was written`(seed: Int) throws {
    var values = SeededValues(seed: seed)
    let result = values.frameResult()
    #expect(FrameResult(try carried(result.json)) == result)
  }

  @Test(arguments: seeds) func `an idempotency key reads back as it was written`(seed: Int) throws {
    var values = SeededValues(seed: seed)
    let key = values.key()
    #expect(IdempotencyKey(try carried(key.json)) == key)
  }

  @Test(arguments: seeds) func `work reads back as it was written, with the source beside it`(seed: Int) throws {
    var values = SeededValues(seed: seed)
    let work = values.work()
    #expect(JobWork(try carried(work.json), source: work.traits.source) == work)
  }

  @Test(arguments: seeds) func `a job reads back as it was written`(seed: Int) throws {
    var values = SeededValues(seed: seed)
    let job = values.job()
    let read = try #require(Job(try carried(job.json)))
    // Whole numbers are integers after the way through bytes, so both sides take it.
    #expect(try carried(read.json) == carried(job.json))
    #expect(read.work == job.work && read.pluginStates == job.pluginStates && read.results == job.results)
    #expect(read.warnings == job.warnings && read.errors == job.errors && read.errorsCount == job.errorsCount)
    #expect(read.createdAt == job.createdAt && read.startedAt == job.startedAt && read.finishedAt == job.finishedAt)
    #expect(read.progress == job.progress && read.error == job.error && read.errorID == job.errorID)
  }

  @Test(arguments: seeds) func `a job's snapshot adds up to what clients see of it`(seed: Int) throws {
    var values = SeededValues(seed: seed)
    let job = values.job()
    var read = Job(id: job.id, name: "", work: job.work, createdAt: job.createdAt)
    for message in job.snapshot { read.apply(RealtimeMessage(message.type, try carried(message.payload))) }
    #expect(try carried(read.summary)["status"] == .string(job.status.rawValue))
    #expect(read.name == job.name && read.error == job.error && read.warnings == job.warnings)
    #expect(read.errors == job.errors && read.finishedAt == job.finishedAt && read.progress == job.progress)
  }

  @Test func `a job without a member that every job has is not read`() {
    var values = SeededValues(seed: 1)
    let json = values.job().json
    for member in ["job_id", "number", "name", "source", "status", "created_at"] {
      var part = json
      part[member] = nil
      #expect(Job(part) == nil, "\(member)")
    }
  }
}
