import Domain
import JSONValues
import Store
import TestSupport
import Testing

struct PageTests {
  @Test func `pages of a topic have every message once, whatever their size and types`() throws {
    let sample = try SampleStore()
    let types: [MessageType] = [.progress, .progress, .progress, .pluginStatus, .warning]
    let all = (1...200).map { message($0, to: $0 % 4 == 0 ? .jobs : .job("a"), type: types[$0 % 5]) }
    try sample.store.write(batch(all))
    let filters: [(TopicFilter, Topic?)] = [
      (.topic(.job("a")), .job("a")), (.topic(.events), .events), (.matching(lookingAt: 7) { $0 == .jobs }, .jobs),
      (.matching(lookingAt: 1000) { _ in true }, nil),
    ]
    for (filter, topic) in filters {
      for types in [nil, [.warning], [.warning, .progress], []] as [Set<MessageType>?] {
        for limit in [1, 3, 50, 1000] {
          var found: [StoredMessage] = []
          var after = 10
          while after < 190 {
            let page = try sample.store.messages(of: filter, after: after, through: 190, types: types, limit: limit)
            #expect(page.messages.count <= limit)
            try #require(page.reached > after && page.reached <= 190)
            found += page.messages
            after = page.reached
          }
          let expected = all.filter {
            $0.offset > 10 && $0.offset <= 190 && (topic == nil || $0.topic == topic)
              && types?.contains($0.type) != false
          }
          #expect(found == expected)
        }
      }
    }
  }

  @Test(arguments: [nil, [.progress], [.progress, .warning]] as [Set<MessageType>?])
  func `a page of long messages ends early, after at least one`(types: Set<MessageType>?) throws {
    let sample = try SampleStore()
    let text = String(repeating: "x", count: 60_000)
    let all = (1...50).map { message($0, payload: ["text": .string(text)]) } + [message(51, to: .jobs, sequence: 1)]
    try sample.store.write(batch(all))
    for filter in [.topic(.job("a")), .matching(lookingAt: 1000) { $0 == .job("a") }] as [TopicFilter] {
      func page(after: Int, bytes: Int = 1 << 20) throws -> (messages: [StoredMessage], reached: Int) {
        try sample.store.messages(of: filter, after: after, through: .max, types: types, limit: 1000, bytes: bytes)
      }
      #expect(try page(after: 0).messages.map(\.offset) == Array(1...18))
      #expect(try page(after: 0).reached == 18)
      #expect(try page(after: 0, bytes: 1).messages.map(\.offset) == [1])
      #expect(try page(after: 36).messages.map(\.offset) == Array(37...50))
      #expect(try page(after: 36).reached == 51)
    }
  }

  @Test func `the last page of a topic says that it is the last, also when it is full`() throws {
    let sample = try SampleStore()
    try sample.store.write(batch([message(1), message(2), message(3, to: .jobs, sequence: 1)]))
    for types in [nil, [.progress]] as [Set<MessageType>?] {
      let last = try sample.store.messages(
        of: .topic(.job("a")), after: 0, through: .max, types: types, limit: 2)
      #expect(last.messages.count == 2 && last.reached == 3)
      let first = try sample.store.messages(
        of: .topic(.job("a")), after: 0, through: .max, types: types, limit: 1)
      #expect(first.messages.count == 1 && first.reached == 1)
    }
  }

  @Test func `a list doesn't read results, and damaged ones are found when they are asked for`() throws {
    let sample = try SampleStore()
    var done = job("a", number: 1, status: .succeeded)
    done.results = ["edges": ["count": 5]]
    try sample.store.write(batch(jobs: [done]))
    #expect(try sample.store.jobs(JobQuery(limit: 1)).jobs.map(\.results) == [[:]])
    #expect(try sample.store.job("a")?.results == done.results)
    try sample.folder.changeDatabase("UPDATE jobs SET results = CAST('{}' AS BLOB)")
    #expect(try sample.store.jobs(JobQuery(limit: 1)).jobs.map(\.id) == ["a"])
    #expect(throws: StoreError.self) { try sample.store.job("a") }
    #expect(try sample.store.check().count == 1)
  }

  @Test func `jobs are listed newest first, by status and by words, whatever the case`() throws {
    let sample = try SampleStore()
    let jobs = (1...30).map { number in
      job("id\(number)", number: number, status: number % 3 == 0 ? .failed : .queued, name: "ÄRGER \(number % 10)")
    }
    try sample.store.write(batch(jobs: jobs))
    func numbers(_ query: JobQuery) throws -> [Int] {
      var (numbers, query) = ([Int](), query)
      while true {
        let page = try sample.store.jobs(query)
        #expect(page.jobs.count <= query.limit)
        numbers += page.jobs.map(\.number)
        guard let next = page.next else { return numbers }
        query = try JobQuery(status: query.status?.rawValue, text: query.text, limit: query.limit, cursor: next)
      }
    }
    for limit in [1, 7, 10, 30, 500] {
      #expect(try numbers(JobQuery(limit: limit)) == (1...30).reversed())
      #expect(try numbers(JobQuery(status: "failed", limit: limit)) == (1...30).reversed().filter { $0 % 3 == 0 })
      #expect(try numbers(JobQuery(text: "ärger 5", limit: limit)) == [25, 15, 5])
      #expect(try numbers(JobQuery(status: "failed", text: "Ärger 5", limit: limit)) == [15])
      #expect(try numbers(JobQuery(text: "ID30", limit: limit)) == [30])
      #expect(try numbers(JobQuery(text: "%", limit: limit)) == [])
    }
    // A status that changes moves the job between the counts and the lists.
    var changed = jobs[0]
    changed.status = .running
    try sample.store.write(batch(jobs: [changed]))
    #expect(JobStatus.allCases.map(sample.store.count) == [19, 1, 0, 10, 0])
    #expect(try sample.store.activeJobs().map(\.number) == (1...30).filter { $0 % 3 != 0 })
  }

  /// The browser's list is held to the same table, by `Tests/web/fixtures.test.mjs`.
  @Test func `a search finds what the table says, and what is stored later too`() throws {
    let sample = try SampleStore()
    for (index, each) in SearchCase.all.enumerated() {
      var job = Job(
        id: "\(each.id)-\(index)", name: each.name, work: .pipeline(.init(source: each.source, plugins: [])),
        createdAt: .day(100))
      job.number = index + 1
      try sample.store.write(batch(jobs: [job]))
      let found = try sample.store.jobs(JobQuery(text: each.query, limit: 1)).jobs.map(\.id)
      #expect((found == [job.id]) == each.isFound, "\(each)")
    }
  }

  @Test func `frames are the newest, oldest first, with what each plugin found last`() throws {
    let sample = try SampleStore()
    func frame(_ id: Int, _ plugin: String, _ count: Int) -> StoredFrame {
      let frame = Frame(id: id, width: 4, height: 3, imageURL: "/frame/\(id).png")
      let told = RealtimeMessage.frame(
        job: job("a", number: 1), frame: frame, plugin: plugin, data: ["count": .int(count)], device: .cpu,
        milliseconds: 1.5)
      return StoredFrame(job: "a", frame: id, plugin: plugin, json: JSON.object(told.payload).encoded())
    }
    let frames = (0..<5).flatMap { [frame($0, "motion", $0), frame($0, "edges", $0)] } + [frame(4, "motion", 99)]
    try sample.store.write(batch(jobs: [job("a", number: 1)], frames: frames))
    let found = try sample.store.frames(ofJob: "a", newest: 2)
    #expect(found.map(\.id) == [3, 4])
    #expect(found.map { $0.results.map(\.plugin) } == [["motion", "edges"], ["motion", "edges"]])
    #expect(found[1].results.map(\.data) == [["count": 99], ["count": 4]])
    #expect(found[1].results[0].milliseconds == 1.5)
    #expect(found[1].imageURL == "/frame/4.png")
    #expect((found[1].width, found[1].height) == (4, 3))
    #expect(try sample.store.frames(ofJob: "a", newest: 100).count == 5)
  }

  @Test func `of long frames only so many bytes are given, and the newest frame always`() throws {
    let sample = try SampleStore()
    func long(_ id: Int, bytes: Int) -> StoredFrame {
      frame(id, of: "a", plugin: "p", data: ["text": .string(String(repeating: "x", count: bytes))])
    }
    let frames = (0..<20).map { long($0, bytes: 1 << 20) }
    try sample.store.write(batch(jobs: [job("a", number: 1)], frames: frames))
    #expect(try sample.store.frames(ofJob: "a", newest: 1000).map(\.id) == Array(13..<20))
    try sample.store.write(batch(frames: [long(20, bytes: 9 << 20)]))
    #expect(try sample.store.frames(ofJob: "a", newest: 1000).map(\.id) == [20])
  }

  @Test func `a failed batch changes nothing`() throws {
    let sample = try SampleStore()
    try sample.store.write(batch([message(1)], jobs: [job("a", number: 1)]))
    // Another job with a number that was given: the last row of the batch is refused.
    #expect(throws: StoreError.self) {
      try sample.store.write(batch([message(2)], jobs: [job("c", number: 2), job("b", number: 1)]))
    }
    #expect(sample.store.newestOffset == 1)
    #expect(sample.store.newestJobNumber == 1)
    #expect(sample.store.count(.queued) == 1)
    #expect(try sample.store.all().map(\.offset) == [1])
    try sample.store.write(batch([message(2)]))
    #expect(try sample.store.all().map(\.offset) == [1, 2])
  }

  @Test func `a backup is whole, begins a new line, and never takes the place of a file`() throws {
    let sample = try SampleStore()
    try sample.store.write(batch([message(1), message(2)], jobs: [job("a", number: 1)]))
    let copy = TemporaryFolder()
    try Store.backup(folder: sample.folder.path, to: "\(copy.path)/telltale.db")
    try sample.store.write(batch([message(3)]))
    #expect(copy.names == ["telltale.db"])
    let before = copy.read("telltale.db")
    let error = #expect(throws: StoreError.self) {
      try Store.backup(folder: sample.folder.path, to: "\(copy.path)/telltale.db")
    }
    #expect(error?.description.contains("name a file that does not exist") == true)
    #expect(copy.read("telltale.db") == before)
    let restored = try Store(folder: copy.path) { "second" }
    #expect(restored.epoch == "second")
    #expect(try restored.all().map(\.offset) == [1, 2])
    #expect(try restored.job("a") != nil)
    #expect(throws: StoreError.self) { try Store.backup(folder: sample.folder.path, to: "\(copy.path)/missing/file") }
    #expect(!copy.names.contains { $0.hasSuffix(".partial") })
  }

  @Test func `what is asked of a closed store fails, and the folder is free`() throws {
    let sample = try SampleStore()
    sample.store.close()
    #expect(throws: StoreError.self) { try sample.store.write(batch([message(1)])) }
    #expect(throws: StoreError.self) { try sample.store.job("a") }
    try sample.reopen()
  }
}
