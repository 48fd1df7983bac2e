import Domain
import JSONValues
import Store

/// The rows that the child writes. They follow from the offset, so that a reader knows what to expect.
package enum Script {
  /// The batch that follows an offset: 1 to 40 messages, what one of them says of a frame, the job and a key.
  package static func batch(after offset: Int, sequence: (Topic) throws -> Int) rethrows -> StoreBatch {
    let count = 1 + offset * 7919 % 40
    var batch = StoreBatch()
    var sequences: [Topic: Int] = [:]
    for next in offset + 1...offset + count {
      let topic = topic(of: next)
      let number = try (sequences[topic] ?? sequence(topic)) + 1
      sequences[topic] = number
      batch.messages.append(message(next, sequence: number))
    }
    let last = offset + count
    batch.jobs = [job(asOf: last)]
    batch.frames = [frame(asOf: last)]
    batch.keys = [key(last)]
    return batch
  }

  package static func message(_ offset: Int, sequence: Int) -> StoredMessage {
    let json: JSON = [
      "type": "progress",
      "payload": ["value": .int(offset), "text": .string(String(repeating: "x", count: offset % 600))],
    ]
    return StoredMessage(
      offset: offset, topic: topic(of: offset), sequence: sequence, type: offset % 10 == 0 ? .warning : .progress,
      // The clock jumps about, which changes nothing.
      at: Timestamp(milliseconds: 1_700_000_000_000 - Int64(offset * 7_919 % 3_600_000)), json: json.encoded())
  }

  package static func topic(of offset: Int) -> Topic { offset % 3 == 0 ? .jobs : .job("j\(offset % 5)") }

  package static func job(asOf offset: Int) -> Job {
    var job = Job(
      id: "j", name: "Job", work: .pipeline(.init(source: "file", plugins: ["edges"])),
      createdAt: Timestamp(milliseconds: 1_700_000_000_000))
    job.number = 1
    job.status = .running
    job.offset = offset
    job.progress = Double(offset % 100)
    return job
  }

  private static func frame(asOf offset: Int) -> StoredFrame {
    let result = FrameResult(
      job: "j", frameID: offset % 50, plugin: "edges", data: ["at": .int(offset)], device: "cpu", milliseconds: 1)
    return StoredFrame(
      job: "j", frame: result.frameID, plugin: result.plugin, json: JSON.object(result.json).encoded())
  }

  package static func key(_ offset: Int) -> IdempotencyKey {
    IdempotencyKey(
      name: "jobs/\(offset)", digest: [1, 2, 3], job: "j", createdAt: Timestamp(milliseconds: 1_700_000_000_000))
  }
}
