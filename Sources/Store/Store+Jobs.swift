import Domain
import JSONValues

extension Store {
  /// A job at its row's offset, with its newest warnings and without frames.
  package func job(_ id: String) throws(StoreError) -> Job? {
    try readTopic(.job(id)) { (index, database) throws(StoreError) in
      let found = try database.rows(
        """
        SELECT number, id, status, created_at, finished_at, offset, name, source, checksum, state, results_checksum,
          results
        FROM jobs WHERE id = ?
        """, .text(id)
      ) { row throws(StoreError) in try JobColumns.wholeJob(from: row, path: database.path) }
      return try found.first.map { job throws(StoreError) in try database.addingWarnings(to: job, by: index) }
    }
  }

  /// Whether there is such a job. Costs one lookup in an index.
  package func hasJob(_ id: String) throws(StoreError) -> Bool {
    try readers.read { database throws(StoreError) in
      try database.number("SELECT 1 FROM jobs WHERE id = ?", .text(id)) != nil
    }
  }

  /// The queued and running jobs by number, with their newest warnings. A restart continues with them.
  package func activeJobs() throws(StoreError) -> [Job] {
    let jobs = try readers.read { database throws(StoreError) in
      try database.rows(
        """
        SELECT number, id, status, created_at, finished_at, offset, name, source, checksum, state, results_checksum,
          results
        FROM jobs WHERE status IN ('queued', 'running') ORDER BY number
        """, read: { row throws(StoreError) in try JobColumns.wholeJob(from: row, path: database.path) })
    }
    return try jobs.map { job throws(StoreError) in
      try readTopic(job.topic) { (index, database) throws(StoreError) in
        try database.addingWarnings(to: job, by: index)
      }
    }
  }

  /// A page of jobs, newest first, without their warnings, frames and results.
  package func jobs(_ query: JobQuery) throws(StoreError) -> JobListPage {
    // One more than the page has, to find out whether there is a next page.
    let limit = query.limit + 1
    var jobs = try readers.read { database throws(StoreError) in try database.jobs(query, limit: limit) }
    guard jobs.count == limit else { return JobListPage(jobs: jobs) }
    jobs.removeLast()
    return JobListPage(jobs: jobs, next: jobs.last.map { "\($0.number)" })
  }

  /// The newest frames of a job with their results, oldest first: up to 8 MiB, and always the newest one.
  package func frames(ofJob id: String, newest limit: Int) throws(StoreError) -> [Frame] {
    try readers.read { database throws(StoreError) in
      guard limit > 0, let topic = try database.topicRow(.job(id))?.id else { return [] }
      let first = try database.number(
        """
        SELECT min(frame) FROM (
          SELECT frame, row_number() OVER newest AS place, sum(bytes) OVER newest AS total FROM (
            SELECT frame, sum(length(json)) AS bytes FROM frames WHERE topic = ?
            GROUP BY frame ORDER BY frame DESC LIMIT ?)
          WINDOW newest AS (ORDER BY frame DESC))
        WHERE place = 1 OR total <= ?
        """, .integer(topic), .integer(limit), .integer(8 << 20))
      guard let first else { return [] }
      var frames: [Frame] = []
      for (number, plugin, json) in try database.rows(
        "SELECT frame, plugin, json FROM frames WHERE topic = ? AND frame >= ? ORDER BY frame, id",
        .integer(topic), .integer(first), read: { ($0.integer(0), $0.text(1), $0.blob(2)) })
      {
        var payload = try? JSON(parsing: json).objectValue
        // The columns say whose row it is.
        payload?["job_id"] = .string(id)
        payload?["frame_id"] = .int(number)
        payload?["plugin"] = .string(plugin)
        guard let result = payload.flatMap({ FrameResult($0) }) else {
          throw StoreError.damaged(path: database.path, finding: "frame \(number) of job \(id) makes no sense")
        }
        if frames.last?.id != number { frames.append(Frame(id: number, width: 0, height: 0, imageURL: nil)) }
        frames[frames.count - 1].add(result)
      }
      return frames
    }
  }

  /// The request that was made with this key; nil if there was none.
  package func key(_ name: String) throws(StoreError) -> IdempotencyKey? {
    try readers.read { database throws(StoreError) in
      try database.rows("SELECT digest, job, created_at FROM keys WHERE name = ?", .text(name)) {
        IdempotencyKey(
          name: name, digest: $0.blob(0), job: $0.text(1),
          createdAt: Timestamp(milliseconds: Int64($0.integer(2))))
      }.first
    }
  }
}

extension Database {
  fileprivate func jobs(_ query: JobQuery, limit: Int) throws(StoreError) -> [Job] {
    let before = query.before ?? Int.max
    let words = SearchText.folded(query: query.text)
    func job(_ row: Statement) throws(StoreError) -> Job { try JobColumns.job(from: row, path: path) }
    if !words.isEmpty {
      // The index contains all that the search looks at, so rows that don't match are cheap.
      return try rows(
        """
        SELECT number, id, status, created_at, finished_at, offset, name, source, checksum, state FROM jobs
        WHERE number IN (
          SELECT number FROM jobs INDEXED BY jobs_by_words
          WHERE number < ?1 AND (?2 = '' OR status = ?2) AND instr(words, ?3) > 0 ORDER BY number DESC LIMIT ?4)
        ORDER BY number DESC
        """,
        .integer(before), .text(query.status?.rawValue ?? ""), .text(words), .integer(limit), read: job)
    }
    if let status = query.status {
      return try rows(
        """
        SELECT number, id, status, created_at, finished_at, offset, name, source, checksum, state FROM jobs
        WHERE status = ? AND number < ? ORDER BY number DESC LIMIT ?
        """, .text(status.rawValue), .integer(before), .integer(limit), read: job)
    }
    return try rows(
      """
      SELECT number, id, status, created_at, finished_at, offset, name, source, checksum, state FROM jobs
      WHERE number < ? ORDER BY number DESC LIMIT ?
      """, .integer(before), .integer(limit), read: job)
  }

  /// Adds the newest warnings up to the job's offset, which are not in the row, so that it stays small. A damaged one is
  /// left out: the job can be shown without it.
  fileprivate func addingWarnings(to job: Job, by index: TopicIndex) throws(StoreError) -> Job {
    guard let topic = index.row else { return job }
    var job = job
    var reader = try MessageReader(self)
    let newest = try newestPostings(
      of: index, through: job.offset, types: reader.filter([.warning]), limit: Job.maxWarningsKept)
    for posting in newest.reversed() {
      guard let stored = try reader.readableMessage(at: posting.offset, of: job.topic, id: topic.id),
        let warning = (try? JSON(parsing: stored.json)["payload"]?.objectValue).flatMap({ Warning($0) })
      else { continue }
      job.keep(warning)
    }
    return job
  }
}
