import Domain
import Files
import Jobs
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
  private func store() -> UploadStore { UploadStore(folder: "\(folder.path)/uploads") }

  /// A clock for rounds of expiry, which begins at the time of the files.
  private final class Clock {
    private let start = Timestamp.now()
    private(set) var wall: Int64 = 0
    private(set) var uptime: Int64 = 1_000_000

    func pass(_ milliseconds: Int64) {
      wall += milliseconds
      uptime += milliseconds
    }

    func jump(_ milliseconds: Int64) { wall += milliseconds }

    var now: Timestamp { Timestamp(milliseconds: start.milliseconds + wall) }

    func round(_ store: UploadStore, retention: Int64, inUse: Set<String> = []) -> [String] {
      store.removeExpired(now: now, uptime: Int(uptime), retention: retention, inUse: inUse).sorted()
    }
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
    let store = store()
    let clock = Clock()
    for name in ["unused", "used"] { try store.send(name, [1]) }
    #expect(clock.round(store, retention: 30 * day, inUse: ["upload:used"]) == [])
    clock.pass(29 * day)
    #expect(clock.round(store, retention: 30 * day, inUse: ["upload:used"]) == [])
    clock.pass(day + 1000)
    #expect(clock.round(store, retention: 30 * day, inUse: ["upload:used"]) == [])
    clock.pass(3_600_000)
    #expect(clock.round(store, retention: 30 * day, inUse: ["upload:used"]) == ["unused"])
    #expect(store.receipt("used") != nil && store.receipt("unused") == nil)
    #expect(!folder.exists("uploads/.about/unused"))
  }

  @Test func `half an upload is kept for a day, and not removed while it is sent`() throws {
    let store = store()
    let clock = Clock()
    let sending = try store.begin("sending", offset: 0, total: 9)
    try sending.write([1])
    try store.send("half", [1, 2][0..<1], of: 2)
    #expect(clock.round(store, retention: 30 * day) == [])
    clock.pass(day + 1000)
    #expect(clock.round(store, retention: 30 * day) == [])
    clock.pass(3_600_000)
    #expect(clock.round(store, retention: 30 * day) == ["half"])
    try sending.write([2])
    #expect(try sending.finish() == .partial(received: 2))
  }

  @Test func `a wall clock that jumps ahead for a while removes nothing`() throws {
    let store = store()
    let clock = Clock()
    try store.send("a", [1])
    _ = clock.round(store, retention: 30 * day)
    clock.jump(40 * day)
    for _ in 0..<5 {
      clock.pass(60_000)
      #expect(clock.round(store, retention: 30 * day) == [])
    }
    clock.jump(-40 * day)
    clock.pass(3_600_000)
    #expect(clock.round(store, retention: 30 * day) == [])
    // A file that arrived while the clock was behind by years is as old as this process knows.
    try store.send("b", [1])
    clock.jump(9000 * day)
    clock.pass(60_000)
    _ = clock.round(store, retention: 30 * day, inUse: ["upload:a"])
    clock.pass(29 * day)
    #expect(clock.round(store, retention: 30 * day, inUse: ["upload:a"]) == [])
  }

  @Test func `the time of a file without a record starts when it is first seen`() throws {
    folder.write([1], to: "uploads/old")
    var times = [timespec(tv_sec: 1_000_000, tv_nsec: 0), timespec(tv_sec: 1_000_000, tv_nsec: 0)]
    #expect(utimensat(AT_FDCWD, "\(folder.path)/uploads/old", &times, 0) == 0)
    let store = store()
    let clock = Clock()
    for _ in 0..<3 {
      #expect(clock.round(store, retention: 30 * day) == [])
      clock.pass(3_600_000)
    }
    // Its hash is found out, which counts as a use.
    #expect(store.receipt("old")?.bytes == 1)
    #expect(clock.round(store, retention: 30 * day) == [])
    clock.pass(30 * day)
    #expect(clock.round(store, retention: 30 * day) == [])
    clock.pass(3_600_000)
    #expect(clock.round(store, retention: 30 * day) == ["old"])
  }

  @Test func `a use starts the time again`() async throws {
    let bench = try Bench(plugins: [PluginFactory(Brightness.init)])
    try bench.uploads.send("a.y4m", video(levels: [16]))
    let record = "\(bench.folder.path)/uploads/.about/a.y4m"
    var times = [timespec(tv_sec: 1_000_000, tv_nsec: 0), timespec(tv_sec: 1_000_000, tv_nsec: 0)]
    #expect(utimensat(AT_FDCWD, record, &times, 0) == 0)
    _ = try await bench.run(JobRequest(source: "upload:a.y4m", plugins: ["brightness"]))
    let listed = bench.uploads.list(after: nil, limit: 10, retention: 1000, inUse: []).uploads
    #expect((listed.first?.expiresAt?.milliseconds ?? 0) > Timestamp.now().milliseconds - 60_000)
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
}
