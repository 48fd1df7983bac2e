import Domain
import Files
import Hashing
import JSONValues
import Jobs
import Net
import Store
import Synchronization
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Lists, deletes and forgets uploads.
struct UploadExpiryTests {
  private let folder = TemporaryFolder()
  private let day: Int64 = 86_400_000
  private func store(_ clock: Clock = Clock()) -> UploadStore {
    UploadStore(folder: "\(folder.path)/uploads", latestTime: { clock.latest })
  }

  /// The clock by which the store judges the age of everything, as of a machine whose clocks the test sets.
  private final class Clock: Sendable {
    private struct State {
      /// Files get the real time, so this begins there.
      var reading = ClockReading(wall: .now(), sinceBoot: 1_000_000)
      var clock: RetentionClock

      init() {
        clock = RetentionClock(after: nil, newestStamp: nil, boot: "b", now: reading, patience: 86_400_000)
      }
    }

    private let state = Mutex(State())

    private func change(pass: Int64 = 0, jump: Int64 = 0) {
      state.withLock { state in
        state.reading = ClockReading(
          wall: Timestamp(milliseconds: state.reading.wall.milliseconds + pass + jump),
          sinceBoot: state.reading.sinceBoot + Int(pass))
        state.clock.advance(state.reading)
      }
    }

    func pass(_ milliseconds: Int64) { change(pass: milliseconds) }
    func jump(_ milliseconds: Int64) { change(jump: milliseconds) }

    var latest: Timestamp { state.withLock { $0.clock.latest } }

    func round(_ store: UploadStore, retention: Int64, inUse: Set<String> = []) -> [String] {
      let now = state.withLock { $0.clock.earliest }
      return store.removeExpired(now: now, retention: retention, inUse: inUse).sorted()
    }
  }

  private func setTime(_ path: String, seconds: Int) {
    var times = [timespec(tv_sec: seconds, tv_nsec: 0), timespec(tv_sec: seconds, tv_nsec: 0)]
    #expect(utimensat(AT_FDCWD, "\(folder.path)/\(path)", &times, 0) == 0)
  }

  @Test func `the list is by name and paged, and says what is whole, half and used`() throws {
    let store = store()
    try store.send("b.png", [1, 2, 3])
    try store.send("c.png", [UInt8](repeating: 1, count: 4)[0..<2], of: 4)
    try store.send("a.png", [1])
    let first = store.list(after: nil, limit: 2, retention: day, inUse: ["upload:b.png"])
    #expect(first.uploads.map(\.name) == ["a.png", "b.png"] && first.next == "b.png")
    let (a, b) = (first.uploads[0], first.uploads[1])
    #expect(a.isWhole && a.bytes == 1 && a.sha256?.count == 64)
    #expect((a.expiresAt?.milliseconds ?? 0) >= a.changedAt.milliseconds + day)
    #expect(b.expiresAt == nil && b.json["in_use"] == true && b.json["source"] == "upload:b.png")
    let second = store.list(after: first.next, limit: 2, retention: 30 * day, inUse: [])
    #expect(second.next == nil && second.uploads.map(\.name) == ["c.png"])
    let half = second.uploads[0]
    #expect(!half.isWhole && half.bytes == 2 && half.json["source"] == .null && half.json["complete"] == false)
    #expect(half.expiresAt == Timestamp(milliseconds: half.changedAt.milliseconds + day))
  }

  @Test func `a deleted upload is gone, whole and half, and a request that still sends it does not bring it back`()
    throws
  {
    let store = store()
    try store.send("a", [1, 2])
    let sending = try store.begin("a")
    try sending.write([1])
    try store.delete("a")
    #expect(errorCode { try sending.finish() } == .conflict)
    #expect(store.list(after: nil, limit: 10, retention: day, inUse: []).uploads.isEmpty)
    #expect(throws: AppError(.notFound, "There is no upload a. GET /v1/uploads lists all of them.")) {
      try store.delete("a")
    }
  }

  @Test func `an unused upload is removed after its time, one that a job uses is not`() throws {
    let clock = Clock()
    let store = store(clock)
    for name in ["unused", "used"] { try store.send(name, [1]) }
    #expect(clock.round(store, retention: 30 * day, inUse: ["upload:used"]) == [])
    clock.pass(29 * day)
    #expect(clock.round(store, retention: 30 * day, inUse: ["upload:used"]) == [])
    clock.pass(day + 1000)
    #expect(clock.round(store, retention: 30 * day, inUse: ["upload:used"]) == ["unused"])
    #expect(store.receipt("used") != nil && store.receipt("unused") == nil)
    #expect(!folder.exists("uploads/.about/unused"))
  }

  @Test func `half an upload is kept for a day, and not removed while it is sent`() throws {
    let clock = Clock()
    let store = store(clock)
    let sending = try store.begin("sending", offset: 0, total: 9)
    try sending.write([1])
    try store.send("half", [1, 2][0..<1], of: 2)
    #expect(clock.round(store, retention: 30 * day) == [])
    clock.pass(day - 60_000)
    #expect(clock.round(store, retention: 30 * day) == [])
    clock.pass(120_000)
    #expect(clock.round(store, retention: 30 * day) == ["half"])
    try sending.write([2])
    #expect(try sending.finish() == .partial(received: 2))
  }

  @Test func `a wall clock that jumps ahead for a while removes nothing`() throws {
    let clock = Clock()
    let store = store(clock)
    try store.send("a", [1])
    try store.send("half", [1, 2][0..<1], of: 2)
    clock.jump(40 * day)
    // Longer than the patience of an hour, which was once enough.
    for _ in 0..<20 {
      clock.pass(3_600_000)
      #expect(clock.round(store, retention: 30 * day) == [])
    }
    clock.jump(-40 * day)
    clock.pass(3_600_000)
    #expect(clock.round(store, retention: 30 * day) == [])
    clock.pass(4 * 3_600_000)
    #expect(clock.round(store, retention: 30 * day) == ["half"])
    clock.pass(29 * day)
    #expect(clock.round(store, retention: 30 * day) == ["a"])
  }

  @Test func `what arrives or is used while the clock is behind is as old as it really is`() throws {
    let clock = Clock()
    let store = store(clock)
    try store.send("old", [1])
    clock.pass(40 * day)
    // Files are stamped by the system's clock, which is now 40 days behind the store's.
    try store.send("new", [1])
    try store.send("half", [1, 2][0..<1], of: 2)
    let sending = try store.begin("sending", offset: 0, total: 9)
    try sending.write([1])
    _ = consume sending
    #expect(clock.round(store, retention: 30 * day) == ["old"])
    clock.pass(day - 60_000)
    #expect(clock.round(store, retention: 30 * day) == [])
    clock.pass(120_000)
    #expect(clock.round(store, retention: 30 * day) == ["half", "sending"])
    clock.pass(29 * day)
    #expect(clock.round(store, retention: 30 * day) == ["new"])
  }

  @Test func `the time of a file without a record starts when it is first seen`() throws {
    folder.write([1], to: "uploads/old")
    setTime("uploads/old", seconds: 1_000_000)
    let clock = Clock()
    let store = store(clock)
    for _ in 0..<3 {
      #expect(clock.round(store, retention: 30 * day) == [])
      clock.pass(3_600_000)
    }
    // Its hash is found out, which counts as a use.
    #expect(store.receipt("old")?.bytes == 1)
    clock.pass(30 * day - 60_000)
    #expect(clock.round(store, retention: 30 * day) == [])
    clock.pass(120_000)
    #expect(clock.round(store, retention: 30 * day) == ["old"])
  }

  @Test func `a file that was put in the place of an old upload is not as old as that`() throws {
    let clock = Clock()
    let store = store(clock)
    try store.send("a", [1])
    setTime("uploads/.about/a", seconds: 1_000_000)
    let listed = store.list(after: nil, limit: 10, retention: day, inUse: []).uploads
    #expect(clock.round(store, retention: day) == [])
    clock.pass(day + 60_000)
    #expect(clock.latest > (listed.first?.expiresAt ?? clock.latest))
    #expect(clock.round(store, retention: day) == ["a"])
  }

  @Test func `records that are being written are left alone, and what a crash left of them is removed at the start`()
    throws
  {
    let clock = Clock()
    let store = store(clock)
    try store.send("a", [1])
    let sending = try store.begin("sending")
    try sending.write([1])
    for name in [".1x2y.partial", "sending", "gone"] { folder.write([1], to: "uploads/.about/\(name)") }
    #expect(clock.round(store, retention: day) == [])
    func records() -> [String] { ((try? FileSystem.names(in: "\(folder.path)/uploads/.about")) ?? []).sorted() }
    #expect(records() == [".1x2y.partial", "a", "sending"])
    _ = self.store()
    #expect(records() == ["a", "sending"])
    _ = try sending.finish()
  }

  @Test func `a use starts the time again`() async throws {
    let bench = try Bench(plugins: [PluginFactory(Brightness.init)])
    try bench.uploads.send("a.y4m", video(levels: [16]))
    let record = "\(bench.folder.path)/uploads/.about/a.y4m"
    try FileSystem.touch(record, at: 1_000_000_000)
    let began = Timestamp.now()
    _ = try await bench.run(JobRequest(source: "upload:a.y4m", plugins: ["brightness"]))
    let listed = bench.uploads.list(after: nil, limit: 10, retention: 1000, inUse: []).uploads
    #expect((listed.first?.expiresAt?.milliseconds ?? 0) >= began.milliseconds)
    #expect((FileIdentity(record)?.modified ?? 0) > 1_600_000_000_000_000_000)
  }

  @Test func `a record of another file under the name is not believed`() throws {
    let store = store()
    try store.send("a", [1])
    let hash = store.receipt("a")?.sha256
    // In the place of the upload, with its size.
    folder.write([2], to: "uploads/new")
    try FileSystem.move("\(folder.path)/uploads/new", to: "\(folder.path)/uploads/a")
    #expect(store.list(after: nil, limit: 10, retention: day, inUse: []).uploads.first?.sha256 == nil)
    let read = try #require(store.receipt("a")?.sha256)
    #expect(read != hash)
    #expect(store.list(after: nil, limit: 10, retention: day, inUse: []).uploads.first?.sha256 == read)
  }

  @Test func `a hash is only ever that of the file that was read`() throws {
    let mustReplace = Guarded(false)
    let path = "\(folder.path)/uploads/a"
    let store = UploadStore(
      folder: "\(folder.path)/uploads",
      checkFolder: { [folder] () throws(AppError) in
        // Called between the hash of the old file and its record.
        guard mustReplace.withLock({ $0 }) else { return }
        folder.write([2], to: "uploads/new")
        try? FileSystem.move("\(folder.path)/uploads/new", to: path)
      })
    folder.write([1], to: "uploads/a")
    mustReplace.withLock { $0 = true }
    let old = try #require(store.receipt("a")?.sha256)
    mustReplace.withLock { $0 = false }
    let new = try #require(store.receipt("a")?.sha256)
    #expect(new == hex(SHA256.hash([2])) && old == hex(SHA256.hash([1])))
  }

  @Test(arguments: ["", "00", String(repeating: "g", count: 64), "\r\nX-Evil: 1" + String(repeating: "0", count: 53)])
  func `a record whose hash is none is not believed`(hash: String) throws {
    let store = store()
    let real = try #require(try store.send("a", [1]).receipt?.sha256)
    var record = try #require(JSON(parsing: folder.read("uploads/.about/a")).objectValue)
    record["sha256"] = .string(hash)
    folder.write(JSON.object(record).encoded(), to: "uploads/.about/a")
    #expect(store.list(after: nil, limit: 10, retention: day, inUse: []).uploads.first?.sha256 == nil)
    #expect(store.receipt("a")?.sha256 == real)
  }
}
