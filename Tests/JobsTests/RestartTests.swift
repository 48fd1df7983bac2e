import Domain
import JSONValues
import Jobs
import Store
import Testing

/// How a server starts with the data folder of one that crashed.
struct RestartTests {
  /// The bench after one whose server ended without shutting down.
  private func afterCrash(_ before: (Bench) async throws -> Void) async throws -> Bench {
    let bench = try Bench(plugins: [PluginFactory(Brightness.init), PluginFactory(Gate.init)])
    bench.write("clip.y4m", video(levels: [16, 17]))
    try await before(bench)
    bench.recorder.store.close()
    return try Bench(plugins: [PluginFactory(Brightness.init), PluginFactory(Gate.init)], after: bench)
  }

  @Test func `a job that ran has failed with the reason, and one that waited runs`() async throws {
    var ids: [String] = []
    let bench = try await afterCrash { bench in
      let running = try await bench.service.create(JobRequest(source: "clip.y4m", plugins: ["gate"]))
      bench.recorder.wait(.job(running.id)) { $0.payload["status"] == "started" }
      let waiting = try await bench.service.create(JobRequest(source: "clip.y4m", plugins: ["brightness"]))
      ids = [running.id, waiting.id]
    }
    let newest = try #require(try bench.recorder.store.lastMessageTime(of: .job(ids[0])))
    bench.service.failWhatRan()
    bench.service.runWhatWaited()
    bench.service.waitUntilIdle()
    let failed = try bench.service.job(ids[0])
    #expect(failed.status == .failed && failed.error?.hasPrefix("The server ended while the job ran") == true)
    // It didn't run while there was no server.
    #expect(failed.finishedAt == max(newest, failed.startedAt ?? newest))
    #expect(try bench.service.job(ids[1]).status == .succeeded)
    #expect(bench.recorder.messages(.jobs).first?.payload["job_id"] == .string(ids[0]))
    Gate.open(ids[0])
  }

  @Test func `a job is the fold of its messages, however old its row is`() async throws {
    var id = ""
    let bench = try await afterCrash { bench in
      id = try await bench.service.create(.external(name: "Long")).id
      for percent in 1...40 {
        let message = RealtimeMessage(.progress, ["progress": .int(percent), "stage": "Step \(percent)"])
        _ = try await bench.service.report([ReportedMessage(.object(message.json), job: id)], into: id)
      }
    }
    bench.service.failWhatRan()
    let job = try bench.service.job(id)
    #expect(job.status == .running && job.progress == 40 && job.stage == "Step 40")
    let end = RealtimeMessage(.jobStatus, ["status": "succeeded"])
    _ = try await bench.service.report([ReportedMessage(.object(end.json), job: id)], into: id)
    #expect(try bench.service.job(id).status == .succeeded)
  }

  @Test func `an idempotency key gives the same job after a restart`() async throws {
    var id = ""
    let bench = try await afterCrash { bench in
      id = try await bench.service.create(.external(name: "Once"), idempotencyKey: "k").id
    }
    #expect(try await bench.service.create(.external(name: "Once"), idempotencyKey: "k").id == id)
    #expect(
      await errorCode { try await bench.service.create(.external(name: "Twice"), idempotencyKey: "k") } == .conflict)
  }

  @Test func `pictures of deleted jobs are removed, those of jobs newer than the database stay`() async throws {
    var ids: [Int] = []
    let bench = try await afterCrash { bench in
      for _ in 0..<2 {
        let job = try await bench.service.create(.external(name: nil))
        try await bench.service.cancel(job.id)
        ids.append(job.number)
      }
      try await bench.service.delete("\(ids[0])")
    }
    let newer = ids[1] + 7
    for id in ids + [newer] { bench.folder.write([1], to: "data/frames/\(id)/1.png") }
    bench.service.removeOrphans()
    #expect([ids[0], ids[1], newer].map { bench.folder.exists("data/frames/\($0)/1.png") } == [false, true, true])
  }

  @Test func `numbers continue even if the newest job was deleted`() async throws {
    var id = ""
    let bench = try await afterCrash { bench in
      id = try await bench.service.create(.external(name: nil)).id
      try await bench.service.cancel(id)
      try await bench.service.delete(id)
    }
    #expect(try await bench.service.create(.external(name: nil)).number == (Int(id) ?? 0) + 1)
  }
}
