import Domain
import Store
import TestSupport
import Testing

struct PruningTests {
  /// Two jobs that ended on the days 10 and 20, and digests of both days.
  private func sample() throws -> SampleStore {
    let sample = try SampleStore()
    let messages = [
      message(1, to: .job("old"), sequence: 1, at: .day(10)), message(2, to: .jobs, sequence: 1, at: .day(10)),
      message(3, to: .job("new"), sequence: 1, at: .day(20)), message(4, to: .jobs, sequence: 2, at: .day(20)),
    ]
    let jobs = [
      job("old", number: 1, status: .succeeded, finishedAt: .day(10)),
      job("new", number: 2, status: .failed, finishedAt: .day(20)), job("runs", number: 3, status: .running),
    ]
    let frames = ["old", "new"].map { frame(0, of: $0, plugin: "edges") }
    let keys = [10, 20].map { IdempotencyKey(name: "jobs/\($0)", digest: [1], job: "x", createdAt: .day($0)) }
    try sample.store.write(batch(messages, jobs: jobs, frames: frames, keys: keys))
    return sample
  }

  private func pruneAll(_ store: Store, before cutoff: Timestamp, now: Timestamp, limit: Int = 1000) throws -> [String]
  {
    var removed: [String] = []
    while true {
      let pruning = try store.prune(finishedBefore: cutoff, now: now, limit: limit)
      removed += pruning.removedJobs
      guard pruning.hasMore else { return removed }
    }
  }

  @Test(arguments: [1, 2, 1000])
  func `retention removes what ended before the cutoff, in portions of any size`(limit: Int) throws {
    let sample = try sample()
    #expect(try pruneAll(sample.store, before: .day(15), now: .day(20), limit: limit) == ["old"])
    #expect(try sample.store.all().map(\.offset) == [3, 4])
    #expect(try sample.store.job("old") == nil)
    #expect(try sample.store.frames(ofJob: "old", newest: 10).isEmpty)
    #expect(try sample.store.frames(ofJob: "new", newest: 10).count == 1)
    #expect(sample.store.prunedThrough == 2)
    #expect(JobStatus.allCases.map(sample.store.count) == [0, 1, 0, 1, 0])
    #expect(try sample.store.key("jobs/10") == nil)
    #expect(try sample.store.key("jobs/20") != nil)
    #expect(try pruneAll(sample.store, before: .day(15), now: .day(20)) == [])
    try sample.reopen()
    #expect(sample.store.prunedThrough == 2)
    #expect(try sample.store.check() == [])
  }

  @Test func `a job that a person removes is gone at once, and moves nothing for those who resume`() throws {
    let sample = try sample()
    try sample.store.write(batch(removing: ["new"]))
    #expect(try sample.store.job("new") == nil)
    #expect(try sample.store.all().map(\.offset) == [1, 2, 4])
    #expect(try sample.store.all(.job("new")).isEmpty)
    #expect(try sample.store.frames(ofJob: "new", newest: 10).isEmpty)
    #expect(sample.store.count(.failed) == 0)
    #expect(try pruneAll(sample.store, before: .day(1), now: .day(1), limit: 1) == [])
    #expect(sample.store.prunedThrough == 0)
    #expect(try sample.store.all().map(\.offset) == [1, 2, 4])
  }

  @Test func `offsets, job numbers and seq go on from where they were, also when the newest are gone`() throws {
    let sample = try sample()
    _ = try pruneAll(sample.store, before: .day(30), now: .day(30))
    try sample.store.write(batch(removing: ["runs"]))
    _ = try pruneAll(sample.store, before: .day(30), now: .day(30))
    #expect(try sample.store.all().isEmpty)
    for closing in [false, true] {
      try sample.reopen(closing: closing)
      #expect(sample.store.newestOffset == 4)
      #expect(sample.store.newestJobNumber == 3)
      #expect(sample.store.prunedThrough == 4)
      #expect(try sample.store.lastSequence(of: .jobs) == 2)
      #expect(sample.store.epoch == "first")
    }
  }

  @Test func `very many removed jobs are swept to the last one`() throws {
    let sample = try SampleStore()
    let ids = (1...250).map { "j\($0)" }
    let messages = ids.enumerated().map { message($0.offset + 1, to: .job($0.element), sequence: 1) }
    let jobs = ids.enumerated().map { job($0.element, number: $0.offset + 1) }
    try sample.store.write(batch(messages, jobs: jobs))
    try sample.store.write(batch(removing: ids))
    _ = try pruneAll(sample.store, before: .day(0), now: .day(100))
    #expect(try Store.survey(folder: sample.folder.path).contents?.messages == 0)
  }

  @Test func `a removed job with very many messages never holds up the writer for long`() throws {
    let sample = try SampleStore()
    let messages = (1...5000).map { message($0, to: .job("big"), sequence: $0) }
    try sample.store.write(batch(messages, jobs: [job("big", number: 1)]))
    try sample.store.write(batch(removing: ["big"]))
    var portions = 1
    while try sample.store.prune(finishedBefore: .day(0), now: .day(100), limit: 100).hasMore { portions += 1 }
    #expect((50...60).contains(portions))
  }
}
