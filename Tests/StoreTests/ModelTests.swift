import Domain
import Store
import TestSupport
import Testing

/// The store as a dictionary and a few arrays.
private struct Model {
  var messages: [StoredMessage] = []
  var jobs: [String: Job] = [:]
  var sequences: [Topic: Int] = [:]
  var newestOffset = 0
  var newestJob = 0
  var prunedThrough = 0
  var keys: [String: IdempotencyKey] = [:]

  mutating func write(_ batch: StoreBatch) {
    for job in batch.jobs {
      jobs[job.id] = job
      newestJob = max(newestJob, job.number)
    }
    for message in batch.messages {
      messages.append(message)
      sequences[message.topic] = message.sequence
      newestOffset = message.offset
    }
    for key in batch.keys { keys[key.name] = key }
    for id in batch.removedJobs { remove(id) }
  }

  mutating func prune(before cutoff: Timestamp, now: Timestamp) {
    let over = jobs.values.filter { $0.finishedAt.map { $0 < cutoff } ?? false }
    for job in over {
      prunedThrough = max(prunedThrough, messages.last { $0.topic == job.topic }?.offset ?? 0)
      remove(job.id)
    }
    let digests = messages.filter { $0.topic == .jobs }.prefix { $0.at < cutoff }
    prunedThrough = max(prunedThrough, digests.last?.offset ?? 0)
    messages.removeAll { message in digests.contains { $0.offset == message.offset } }
    keys = keys.filter { $0.value.createdAt.milliseconds >= now.milliseconds - IdempotencyKey.lifetime }
  }

  private mutating func remove(_ id: String) {
    jobs[id] = nil
    messages.removeAll { $0.topic == .job(id) }
  }
}

struct ModelTests {
  @Test(arguments: 1...12)
  func `whatever is written, removed, pruned and reopened, it holds what a plain model holds`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    // Half of them index their few messages by topic again and again, and in portions.
    var pace = IndexPace()
    if seed.isMultiple(of: 2) { (pace.messages, pace.topics) = (10, 1) }
    let sample = try SampleStore(indexPace: pace)
    var model = Model()
    for step in 0..<60 {
      switch Int.random(in: 0..<10, using: &generator) {
      case 0: try sample.reopen(closing: Bool.random(using: &generator))
      case 1:
        let cutoff = Timestamp.day(Int64(step / 2))
        let limit = Int.random(in: 1...20, using: &generator)
        while try sample.store.prune(finishedBefore: cutoff, now: .day(Int64(step)), limit: limit).hasMore {}
        model.prune(before: cutoff, now: .day(Int64(step)))
      default:
        let batch = randomBatch(model, step: step, &generator)
        try sample.store.write(batch)
        model.write(batch)
      }
      try expectEqual(sample.store, model, "seed \(seed), step \(step)")
    }
    #expect(sample.store.epoch == "first")
    #expect(try sample.store.check() == [])
    #expect(try Store.survey(folder: sample.folder.path).contents?.messages == model.messages.count)
  }

  private func randomBatch(_ model: Model, step: Int, _ generator: inout SeededGenerator) -> StoreBatch {
    var next = StoreBatch()
    if Bool.random(using: &generator) {
      next.jobs.append(job("j\(model.newestJob + 1)", number: model.newestJob + 1))
    }
    if var known = model.jobs.values.sorted(by: { $0.number < $1.number }).randomElement(using: &generator) {
      known.status = JobStatus.allCases.randomElement(using: &generator)!  // there are five
      known.finishedAt = known.status.isFinal ? .day(Int64(step)) : nil
      next.jobs.append(known)
      if Int.random(in: 0..<6, using: &generator) == 0 { next.removedJobs = [known.id] }
    }
    let ids = Array(Set(model.jobs.keys).union(next.jobs.map(\.id))).sorted()
    var sequences = model.sequences
    var offset = model.newestOffset
    for _ in 0..<Int.random(in: 0...12, using: &generator) {
      let topic = Bool.random(using: &generator) ? Topic.jobs : .job(ids.randomElement(using: &generator) ?? "none")
      guard topic != .job("none") else { continue }
      offset += 1
      sequences[topic, default: 0] += 1
      let type = [MessageType.progress, .warning].randomElement(using: &generator)
      next.messages.append(
        message(offset, to: topic, sequence: sequences[topic], type: type ?? .progress, at: .day(Int64(step))))
    }
    if Bool.random(using: &generator) {
      let name = "k\(Int.random(in: 0..<9, using: &generator))"
      next.keys = [IdempotencyKey(name: name, digest: [UInt8(step)], job: "j1", createdAt: .day(Int64(step)))]
    }
    return next
  }

  private func expectEqual(_ store: Store, _ model: Model, _ place: Comment) throws {
    #expect(store.newestOffset == model.newestOffset, place)
    #expect(store.newestJobNumber == model.newestJob, place)
    #expect(store.prunedThrough == model.prunedThrough, place)
    #expect(try store.all() == model.messages, place)
    for topic in Set(model.messages.map(\.topic)) {
      let expected = model.messages.filter { $0.topic == topic }
      #expect(try store.all(topic) == expected, place)
      #expect(try store.lastMessageTime(of: topic) == expected.last?.at, place)
      let warnings = try store.messages(of: .topic(topic), after: 0, through: .max, types: [.warning], limit: 1000)
      #expect(warnings.messages == expected.filter { $0.type == .warning }, place)
    }
    let numbers = model.jobs.values.map(\.number).sorted(by: >)
    #expect(try store.jobs(JobQuery(limit: 500)).jobs.map(\.number) == numbers, place)
    for status in JobStatus.allCases {
      #expect(store.count(status) == model.jobs.values.filter { $0.status == status }.count, place)
    }
    for job in model.jobs.values {
      #expect(try store.job(job.id)?.status == job.status, place)
      #expect(try store.lastSequence(of: job.topic) == model.sequences[job.topic] ?? 0, place)
    }
    for index in 0..<9 { #expect(try store.key("k\(index)") == model.keys["k\(index)"], place) }
  }
}
