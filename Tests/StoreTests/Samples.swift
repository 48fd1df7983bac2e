import CSQLite
import Domain
import JSONValues
import Store
import TestSupport
import Testing

/// A store in a folder of its own, which can be opened again.
final class SampleStore {
  let folder = TemporaryFolder()
  private(set) var store: Store

  private let indexPace: IndexPace

  init(epoch: String = "first", indexPace: IndexPace = IndexPace()) throws {
    self.indexPace = indexPace
    store = try Store(folder: folder.path, indexPace: indexPace) { epoch }
  }

  /// Closes it, or lets go of it as the end of the process would, and opens it again.
  func reopen(closing: Bool = true, epoch: String = "other") throws {
    if closing {
      store.close()
    } else {
      // Only one may hold the folder: the old one goes with its last reference.
      store = try Store(folder: TemporaryFolder().path) { "none" }
    }
    store = try Store(folder: folder.path, indexPace: indexPace) { epoch }
  }
}

extension TemporaryFolder {
  /// Runs statements on the database as another program would.
  func changeDatabase(_ sql: String) throws {
    var handle: OpaquePointer?
    defer { sqlite3_close(handle) }
    try #require(sqlite3_open("\(path)/telltale.db", &handle) == SQLITE_OK)
    try #require(sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK)
  }
}

extension Timestamp {
  static func day(_ number: Int64) -> Timestamp { Timestamp(milliseconds: number * 86_400_000) }
}

/// A message with a payload that names its offset.
func message(
  _ offset: Int, to topic: Topic = .job("a"), sequence: Int? = nil, type: MessageType = .progress,
  at: Timestamp = .day(100), payload: JSONObject? = nil
) -> StoredMessage {
  let payload = payload ?? ["value": .int(offset)]
  let json: JSON = ["type": .string(type.rawValue), "payload": .object(payload)]
  return StoredMessage(
    offset: offset, topic: topic, sequence: sequence ?? offset, type: type, at: at, json: json.encoded())
}

func job(
  _ id: String, number: Int, status: JobStatus = .queued, name: String = "Name", finishedAt: Timestamp? = nil
) -> Job {
  var job = Job(
    id: id, name: name, work: .pipeline(.init(source: "file.png", plugins: ["edges"])), createdAt: .day(100))
  job.number = number
  job.status = status
  job.finishedAt = finishedAt
  return job
}

/// The row of what a plugin found in a frame.
func frame(_ id: Int, of job: String, plugin: String, data: JSONObject = [:]) -> StoredFrame {
  let result = FrameResult(job: job, frameID: id, plugin: plugin, data: data, device: "cpu", milliseconds: 1)
  return StoredFrame(job: job, frame: id, plugin: plugin, json: JSON.object(result.json).encoded())
}

func batch(
  _ messages: [StoredMessage] = [], jobs: [Job] = [], frames: [StoredFrame] = [], removing: [String] = [],
  keys: [IdempotencyKey] = []
) -> StoreBatch {
  var batch = StoreBatch()
  (batch.messages, batch.jobs, batch.frames) = (messages, jobs, frames)
  (batch.removedJobs, batch.keys) = (removing, keys)
  return batch
}

extension Store {
  /// All messages of a topic, or of the whole line.
  func all(_ topic: Topic? = nil) throws -> [StoredMessage] {
    let filter = topic.map(TopicFilter.topic) ?? .matching(lookingAt: 1000) { _ in true }
    var all: [StoredMessage] = []
    var after = 0
    while true {
      let page = try messages(of: filter, after: after, through: newestOffset, types: nil, limit: 1000)
      all += page.messages
      guard page.reached > after, page.reached < newestOffset else { return all }
      after = page.reached
    }
  }
}
