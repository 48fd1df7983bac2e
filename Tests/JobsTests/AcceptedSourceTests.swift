import Domain
import Files
import Imaging
import Jobs
import Store
import Synchronization
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A source is what it was when its job was accepted.
struct AcceptedSourceTests {
  private static let plugins = [PluginFactory(Brightness.init), PluginFactory(Gate.init)]
  private let changed = "was changed after the job was accepted"

  private func bench(after previous: Bench? = nil) throws -> Bench {
    let bench = try Bench(plugins: Self.plugins, after: previous)
    bench.write("gate.y4m", video(levels: [1]))
    return bench
  }

  /// The bytes of a grey picture; all of them are of one size.
  private func picture(_ level: UInt8) -> [UInt8] {
    Array("P5 4 4 255\n".utf8) + [UInt8](repeating: level, count: 16)
  }

  /// Creates a job that waits for a slot while `change` is made, and runs it.
  private func run(_ source: String, in bench: Bench, while change: (Job) async throws -> Void) async throws -> Job {
    let gate = try await bench.service.create(JobRequest(source: "gate.y4m", plugins: ["gate"]))
    let job = try await bench.service.create(JobRequest(source: source, plugins: ["brightness"]))
    try await change(job)
    Gate.open(gate.id)
    bench.service.waitUntilIdle()
    return try bench.service.job(job.id, frames: 10)
  }

  private func levels(_ job: Job) -> [Int] { job.frames.compactMap { $0.results[0].data["brightness"]?.intValue } }

  private func held(_ bench: Bench) -> [String] {
    ((try? FileSystem.names(in: "\(bench.folder.path)/uploads/.jobs")) ?? []).sorted()
  }

  // MARK: Uploads

  @Test func `a job reads the upload that it was accepted with, whatever becomes of the name`() async throws {
    let bench = try bench()
    for (level, change) in [
      (10, { try bench.uploads.send("a.pgm", picture(200)) }), (20, { try bench.uploads.delete("a.pgm") }),
      (
        30,
        {
          let later = Timestamp(milliseconds: Timestamp.now().milliseconds + 400 * 86_400_000)
          #expect(bench.uploads.removeExpired(now: later, retention: 1000, inUse: []) == ["a.pgm"])
          #expect(bench.uploads.path(of: "a.pgm") == nil)
        }
      ),
    ] as [(UInt8, () throws -> Void)] {
      try bench.uploads.send("a.pgm", picture(level))
      let job = try await run("upload:a.pgm", in: bench) { _ in try change() }
      #expect(job.status == .succeeded && levels(job) == [Int(level)], "\(job.error ?? "")")
    }
    #expect(held(bench) == [])
  }

  @Test func `nothing is held for a job that has ended or was refused`() async throws {
    let bench = try bench()
    try bench.uploads.send("a.pgm", picture(10))
    let cancelled = try await run("upload:a.pgm", in: bench) { job in
      #expect(held(bench) == [job.id] && bench.service.sourcesInUse == ["gate.y4m", "upload:a.pgm"])
      try await bench.service.cancel(job.id)
      #expect(held(bench) == [])
    }
    #expect(cancelled.status == .cancelled)
    try bench.uploads.send("cut.pgm", Array("P5 4 4 255\n".utf8) + [1])
    #expect(try await bench.run(JobRequest(source: "upload:cut.pgm", plugins: ["brightness"])).status == .failed)
    try bench.uploads.send("broken.pgm", [1])
    let broken = JobRequest(source: "upload:broken.pgm", plugins: ["brightness"])
    #expect(await errorCode { try await bench.service.create(broken) } == .unprocessable)
    bench.recorder.fail(with: .inaccessible(path: "data", reason: "it was unplugged"))
    let request = JobRequest(source: "upload:a.pgm", plugins: ["brightness"])
    #expect(await errorCode { try await bench.service.create(request) } != nil)
    bench.recorder.fail(with: nil)
    #expect(held(bench) == [] && bench.service.sourcesInUse == [])
  }

  @Test func `a waiting job that is cancelled holds its file until its end is stored, and has it if it waits again`()
    async throws
  {
    let before = try bench()
    try before.uploads.send("a.pgm", picture(10))
    let gate = try await before.service.create(JobRequest(source: "gate.y4m", plugins: ["gate"]))
    before.recorder.wait(.job(gate.id)) { $0.payload["status"] == "started" }
    let request = JobRequest(source: "upload:a.pgm", plugins: ["brightness"])
    let (first, second) = (try await before.service.create(request), try await before.service.create(request))
    try before.uploads.send("a.pgm", picture(200))
    let full = StoreError.unwritable(path: "db", .diskFull)
    before.recorder.fail(with: full)
    try await before.service.cancel(first.id)
    #expect(held(before) == [first.id, second.id])
    before.recorder.fail(with: nil)
    before.recorder.wait(.job(first.id)) { $0.payload["status"] == "cancelled" }
    before.recorder.fail(with: full)
    try await before.service.cancel(second.id)
    Gate.open(gate.id)
    // The server ends before there is room.
    before.service.shutDown()
    #expect(held(before) == [second.id])
    before.recorder.store.close()

    let after = try bench(after: before)
    after.service.failWhatRan()
    after.service.runWhatWaited()
    after.service.waitUntilIdle()
    #expect(levels(try after.service.job(second.id, frames: 10)) == [10])
    #expect(held(after) == [])
  }

  @Test func `a server whose data folder is another one neither holds nor releases files there`() async throws {
    let bench = try bench()
    try bench.uploads.send("a.pgm", picture(10))
    let request = JobRequest(source: "upload:a.pgm", plugins: ["brightness"])
    let last = try await bench.run(request).number
    // The next jobs of the server that owns the folder now.
    let files = (1...2).map { "uploads/.jobs/\(last + $0)/x.pgm" }
    for file in files { bench.folder.write([1], to: file) }
    try FileSystem.move("\(bench.folder.path)/data", to: "\(bench.folder.path)/away")
    bench.folder.write([1], to: "data/frames/\(last + 1)/1.png")
    #expect(await errorCode { try await bench.service.create(request) } == .storageUnavailable)
    bench.service.forget("\(last + 1)")
    bench.service.forget("\(last + 2)")
    #expect(files.allSatisfy(bench.folder.exists) && bench.folder.exists("data/frames/\(last + 1)/1.png"))
    #expect(held(bench) == ["\(last + 1)", "\(last + 2)"].sorted())
  }

  #if os(Linux)
    /// The name of the thread that calls this.
    private static func threadName() -> String {
      let name = (try? FileSystem.read("/proc/thread-self/comm", maxBytes: 64)) ?? []
      return String(decoding: name.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    @Test func `an upload is held off the threads of the pool`() async throws {
      let threads = Mutex<Set<String>>([])
      let isAccepting = Atomic(false)
      let bench = try Bench(
        plugins: Self.plugins,
        latestTime: {
          // Called when the use of the upload is noted.
          if isAccepting.load(ordering: .relaxed) { threads.withLock { _ = $0.insert(Self.threadName()) } }
          return .now()
        })
      try bench.uploads.send("a.pgm", picture(10))
      isAccepting.store(true, ordering: .relaxed)
      _ = try await bench.run(JobRequest(source: "upload:a.pgm", plugins: ["brightness"]))
      #expect(threads.withLock { $0 } == ["check"])
    }
  #endif

  @Test func `a restart keeps the files of jobs that wait, and no others`() async throws {
    let before = try bench()
    try before.uploads.send("a.pgm", picture(10))
    let running = try await before.service.create(JobRequest(source: "gate.y4m", plugins: ["gate"]))
    before.recorder.wait(.job(running.id)) { $0.payload["status"] == "started" }
    let waiting = try await before.service.create(JobRequest(source: "upload:a.pgm", plugins: ["brightness"]))
    before.folder.write([1], to: "uploads/.jobs/\(running.id)/x.pgm")
    before.folder.write([1], to: "uploads/.jobs/99999999/x.pgm")
    try before.uploads.send("a.pgm", picture(200))
    before.recorder.store.close()

    let after = try bench(after: before)
    after.service.failWhatRan()
    #expect(held(after) == [waiting.id])
    after.service.runWhatWaited()
    after.service.waitUntilIdle()
    #expect(levels(try after.service.job(waiting.id, frames: 10)) == [10])
    #expect(held(after) == [])
    Gate.open(running.id)
  }

  @Test func `a restored copy of the upload is the same file, another file is not`() async throws {
    let bench = try bench()
    for (bytes, status) in [(picture(10), JobStatus.succeeded), (picture(11), .failed)] {
      try bench.uploads.send("a.pgm", picture(10))
      let job = try await run("upload:a.pgm", in: bench) { job in
        // As after `cp -r`, which gives the file another inode and time.
        let path = "uploads/.jobs/\(job.id)/a.pgm"
        try FileSystem.remove("\(bench.folder.path)/\(path)")
        bench.folder.write(bytes, to: path)
      }
      #expect(job.status == status)
      let reason =
        "The upload a.pgm was replaced after the job was accepted. Start a new job to read the new file."
      #expect(job.error == (status == .failed ? reason : nil))
    }
  }

  @Test func `a retry reads the same upload, or says that it was replaced or is gone`() async throws {
    let bench = try bench()
    try bench.uploads.send("a.pgm", picture(10))
    let old = try await bench.run(JobRequest(source: "upload:a.pgm", plugins: ["brightness"]))
    func retry() async throws -> Job {
      let job = try await bench.service.retry(old.id)
      bench.service.waitUntilIdle()
      return try bench.service.job(job.id, frames: 10)
    }
    #expect(levels(try await retry()) == [10])
    try bench.uploads.send("a.pgm", picture(200))
    await #expect(
      throws: AppError(
        .conflict,
        "The upload a.pgm was replaced after the job was accepted. Start a new job to read the new file.",
        field: "source")
    ) { try await retry() }
    try bench.uploads.delete("a.pgm")
    #expect(await errorCode { try await retry() } == .unprocessable)
    // The same content, uploaded again, is the same file. So is a copy, of which nothing is known.
    try bench.uploads.send("a.pgm", picture(10))
    #expect(levels(try await retry()) == [10])
    try FileSystem.remove("\(bench.folder.path)/uploads/a.pgm")
    bench.folder.write(picture(10), to: "uploads/a.pgm")
    #expect(levels(try await retry()) == [10])
    #expect(held(bench) == [])
  }

  @Test func `a request may say which content it means`() async throws {
    let bench = try bench()
    let hash = try #require(try bench.uploads.send("a.pgm", picture(10)).receipt?.sha256)
    func request(_ source: String, _ hash: String) throws -> JobRequest {
      try JobRequest(
        ["source": .string(source), "source_sha256": .string(hash), "plugins": ["brightness"]], standardPlugins: [])
    }
    #expect(levels(try await bench.run(request("upload:a.pgm", hash.uppercased()))) == [10])
    try bench.uploads.send("a.pgm", picture(200))
    await #expect(
      throws: AppError(
        .conflict,
        "The upload a.pgm is not the file with this SHA-256: another one was uploaded under its name. Upload the file again.",
        field: "source")
    ) { try await bench.service.create(request("upload:a.pgm", hash)) }
    #expect(await errorCode { try await bench.service.create(request("gate.y4m", hash)) } == .unprocessable)
    for bad in ["", "ab", String(repeating: "g", count: 64)] {
      #expect(errorCode { try request("upload:a.pgm", bad) } == .unprocessable, "\(bad)")
    }
    #expect(held(bench) == [])
  }

  @Test func `a job of an earlier version, which did not record its source, reads what is there`() async throws {
    let bench = try bench()
    try bench.uploads.send("a.pgm", picture(10))
    var job = Job(
      id: "7", name: "Old", work: .pipeline(PipelineWork(source: "upload:a.pgm", plugins: ["brightness"])),
      createdAt: Timestamp(milliseconds: 0))
    job.number = 7
    try bench.store(job)
    bench.recorder.store.close()
    let after = try self.bench(after: bench)
    after.service.runWhatWaited()
    after.service.waitUntilIdle()
    #expect(levels(try after.service.job("7", frames: 10)) == [10])
  }

  @Test func `a job whose plugin is gone since it was accepted fails instead of running without it`() async throws {
    let before = try bench()
    let gate = try await before.service.create(JobRequest(source: "gate.y4m", plugins: ["gate"]))
    before.recorder.wait(.job(gate.id)) { $0.payload["status"] == "started" }
    let job = try await before.service.create(
      JobRequest(source: "gate.y4m", plugins: ["quality_check", "brightness"]))
    before.recorder.store.close()
    let after = try Bench(after: before)
    after.service.failWhatRan()
    after.service.runWhatWaited()
    after.service.waitUntilIdle()
    #expect(
      try after.service.job(job.id).error
        == "This server has no plugin \"brightness\" any more. Start a new job without it.")
    Gate.open(gate.id)
  }

  // MARK: Paths

  @Test func `a file that is replaced, changed or removed while a job waits fails the job with the reason`()
    async throws
  {
    let bench = try bench()
    let path = "\(bench.folder.path)/root/a.pgm"
    let changes: [(String, () throws -> Void)] = [
      ("of another size", { bench.write("a.pgm", picture(10) + [1]) }),
      ("of another time", { try FileSystem.touch(path) }),
      (
        "with size and time of the old one",
        {
          var times = [timespec(), timespec()]
          var status = stat()
          stat(path, &status)
          times = [status.st_atim, status.st_mtim]
          bench.write("new", picture(200))
          utimensat(AT_FDCWD, "\(bench.folder.path)/root/new", &times, 0)
          try FileSystem.move("\(bench.folder.path)/root/new", to: path)
        }
      ),
    ]
    for (name, change) in changes {
      bench.write("a.pgm", picture(10))
      let job = try await run("a.pgm", in: bench) { _ in try change() }
      #expect(
        job.error
          == "The source a.pgm was changed after the job was accepted. Start a new job to read it as it is now.",
        "\(name)")
    }
    bench.write("a.pgm", picture(10))
    let gone = try await run("a.pgm", in: bench) { _ in try FileSystem.remove(path) }
    #expect(gone.error == "The source a.pgm does not exist below the source root.")
    bench.write("a.pgm", picture(10))
    let same = try await run("a.pgm", in: bench) { _ in _ = FileKind(path) }
    #expect(same.status == .succeeded)
  }

  @Test func `a folder is its pictures: others, fewer or changed ones are noticed, other files are not`() async throws {
    let bench = try bench()
    let root = "\(bench.folder.path)/root"
    let changes: [(String?, () throws -> Void)] = [
      ("it had 2 pictures, and has 3 now", { bench.write("shots/3.pgm", picture(3)) }),
      ("it had 2 pictures, and has 1 now", { try FileSystem.remove("\(root)/shots/1.pgm") }),
      (changed, { try FileSystem.touch("\(root)/shots/2.pgm") }),
      (changed, { try FileSystem.move("\(root)/shots/1.pgm", to: "\(root)/shots/0.pgm") }),
      (nil, { bench.write("shots/notes.txt", [1]) }),
    ]
    for (reason, change) in changes {
      try FileSystem.remove("\(root)/shots")
      for level in 1...2 as ClosedRange<UInt8> { bench.write("shots/\(level).pgm", picture(level)) }
      let job = try await run("shots", in: bench) { _ in try change() }
      #expect(job.status == (reason == nil ? .succeeded : .failed))
      if let reason { #expect(job.error?.contains(reason) == true, "\(job.error ?? "")") }
    }
  }

  @Test func `a file that is changed while it is read fails the job, even if it can be decoded`() async throws {
    let bench = try bench()
    bench.write("long.y4m", video(levels: [1, 2, 3, 4]))
    for bytes in [video(levels: [1, 2, 3, 9]), video(levels: [1, 2, 3, 4]).dropLast(5)] {
      let job = try await bench.service.create(JobRequest(source: "long.y4m", plugins: ["gate"]))
      bench.recorder.wait(.job(job.id)) { $0.payload["status"] == "started" }
      bench.write("long.y4m", Array(bytes))
      Gate.open(job.id)
      bench.service.waitUntilIdle()
      let ended = try bench.service.job(job.id)
      #expect(ended.status == .failed && ended.error?.contains(changed) == true, "\(ended.error ?? "")")
    }
  }

  @Test func `a retry of a path that was changed says so`() async throws {
    let bench = try bench()
    bench.write("a.pgm", picture(10))
    let old = try await bench.run(JobRequest(source: "a.pgm", plugins: ["brightness"]))
    _ = try await bench.service.retry(old.id)
    bench.service.waitUntilIdle()
    bench.write("a.pgm", picture(200))
    let refused = await #expect(throws: AppError.self) { try await bench.service.retry(old.id) }
    #expect(refused?.code == .conflict && refused?.message.contains(changed) == true)
  }
}
