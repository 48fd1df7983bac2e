import Domain
import Synchronization

/// Every job there is, in memory: the one place that holds them, and the one to replace by a store.
package final class JobBook: Sendable {
  fileprivate struct Entry {
    /// Counts up from 1: what lists and cursors go by, whatever the clock says.
    let number: Int
    var job: Job
    /// The newest message that the job's values tell already.
    var position: StreamPosition?
  }

  fileprivate struct Contents {
    var entries: [String: Entry] = [:]
    /// By number, ascending.
    var order: [(number: Int, id: String)] = []
    var nextNumber = 1
    /// Jobs that are done and keep all their frames, oldest first.
    var recentlyDone: [String] = []
  }

  private let contents = Mutex(Contents())
  /// Distinguishes this run's ids from those of earlier runs on the same data folder.
  private let prefix: String

  /// Jobs that are done keep their frames' results while they are among so many newest: a thousand frames take megabytes.
  static let jobsWithAllFrames = 20
  static let framesOfOlderJobs = 5
  /// How many jobs are kept; beyond it the oldest that is done goes.
  static let maximumJobs = 1000

  /// - Parameter startedAt: When this server started; part of every id.
  package init(startedAt: Timestamp) {
    prefix = String(startedAt.milliseconds / 1000, radix: 36)
  }

  /// Gives the job an id and keeps it.
  func insert(_ make: (_ id: String) -> Job) -> Job {
    contents.withLock { contents in
      let number = contents.nextNumber
      contents.nextNumber += 1
      var job = make("\(prefix)-\(number)")
      job.number = number
      contents.entries[job.id] = Entry(number: number, job: job)
      contents.order.append((number, job.id))
      return job
    }
  }

  package func job(_ id: String) -> Job? {
    contents.withLock { $0.entries[id]?.job }
  }

  /// The job and the position of the newest message that its values tell already; nil before its first message.
  package func snapshot(_ id: String) -> (job: Job, position: StreamPosition?)? {
    contents.withLock { contents in contents.entries[id].map { ($0.job, $0.position) } }
  }

  /// Changes a job in place.
  /// - Parameter position: Of the message that told the change; nil where none did.
  /// - Returns: The job after the change; nil where there is no such job.
  @discardableResult
  func update(_ id: String, position: StreamPosition?, _ change: (inout Job) -> Void) -> Job? {
    contents.withLock { contents -> Job? in
      guard contents.entries[id] != nil else { return nil }
      let wasFinal = contents.entries[id]!.job.status.isFinal
      change(&contents.entries[id]!.job)
      if let position { contents.entries[id]!.position = position }
      if !wasFinal, contents.entries[id]!.job.status.isFinal { contents.trim(after: id) }
      return contents.entries[id]!.job
    }
  }

  func remove(_ id: String) {
    contents.withLock { contents in
      guard let entry = contents.entries.removeValue(forKey: id) else { return }
      contents.order.removeAll { $0.number == entry.number }
      contents.recentlyDone.removeAll { $0 == id }
    }
  }

  /// The oldest job that is done, where there are more jobs than are kept.
  var oneTooMany: String? {
    contents.withLock { contents in
      guard contents.order.count > Self.maximumJobs else { return nil }
      return contents.order.first { contents.entries[$0.id]?.job.status.isFinal == true }?.id
    }
  }

  package func count(_ status: JobStatus) -> Int {
    contents.withLock { $0.entries.values.count { $0.job.status == status } }
  }

  /// A page of jobs without their frames, newest first.
  package func list(_ query: JobQuery) -> JobPage {
    let words = query.text.lowercased()
    return contents.withLock { contents in
      var page = JobPage()
      for (number, id) in contents.order.reversed() {
        if let before = query.before, number >= before { continue }
        guard var job = contents.entries[id]?.job, query.status == nil || job.status == query.status,
          words.isEmpty || [job.name, job.source, job.id].contains(where: { $0.lowercased().contains(words) })
        else { continue }
        guard page.jobs.count < query.limit else {
          page.next = page.jobs.last.map { String($0.number) }
          break
        }
        job.frames = []
        page.jobs.append(job)
      }
      return page
    }
  }
}

extension JobBook.Contents {
  /// A job is done: the oldest of those that keep all frames may have to let go of most.
  fileprivate mutating func trim(after id: String) {
    recentlyDone.append(id)
    guard recentlyDone.count > JobBook.jobsWithAllFrames else { return }
    let older = recentlyDone.removeFirst()
    let kept = entries[older]?.job.frames.suffix(JobBook.framesOfOlderJobs) ?? []
    entries[older]?.job.frames = Array(kept)
  }
}
