import Domain
import Files
import Jobs
import Net
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Limits the files of this process; nil for the limit that it began with.
private func setFileSizeLimit(bytes: UInt?) {
  #if canImport(Glibc)
    let fileSize = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
  #else
    let fileSize = RLIMIT_FSIZE
  #endif
  var limit = rlimit()
  getrlimit(fileSize, &limit)
  limit.rlim_cur = bytes.map { rlim_t($0) } ?? limit.rlim_max
  #expect(setrlimit(fileSize, &limit) == 0)
}

extension UploadStore {
  /// Sends a whole file in one request.
  @discardableResult
  func send(_ name: String, _ bytes: [UInt8]) throws -> UploadProgress {
    let upload = try begin(name)
    try upload.write(bytes)
    return try upload.finish()
  }

  /// Sends a piece of a file in one request.
  @discardableResult
  func send(_ name: String, _ piece: ArraySlice<UInt8>, of total: Int) throws -> UploadProgress {
    let upload = try begin(name, offset: piece.startIndex, total: total)
    try upload.write(Array(piece))
    return try upload.finish()
  }
}

extension UploadProgress {
  var receipt: UploadReceipt? { if case .whole(let receipt) = self { receipt } else { nil } }
}

struct UploadStoreTests {
  private let folder = TemporaryFolder()
  private var store: UploadStore { UploadStore(folder: "\(folder.path)/uploads", limits: .init(bytes: 10, count: 3)) }
  private let whole: [UInt8] = [1, 2, 3, 4, 5]
  /// printf '\1\2\3\4\5' | sha256sum
  private let hash = "74f81fe167d99b4cb41d6d0ccda82278caee9f3e2f25d5e5a3936ff3dcec60d0"

  @Test func `an upload is a source once it is whole`() throws {
    let store = store
    let upload = try store.begin("a.png")
    try upload.write([1, 2])
    #expect(!folder.exists("uploads/a.png"))
    try upload.write([3])
    let receipt = try upload.finish().receipt
    // echo -ne '\1\2\3' | sha256sum
    #expect(
      receipt?.sha256 == "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81")
    #expect(receipt?.source == "upload:a.png" && receipt?.bytes == 3 && receipt?.isNew == true)
    #expect(folder.read("uploads/a.png") == [1, 2, 3])
  }

  @Test func `an interrupted upload resumes at its offset`() throws {
    let store = store
    try store.begin("a.png", offset: 0, total: 5).write([1, 2, 3])
    #expect(store.receivedBytes("a.png") == 3)
    #expect(throws: AppError(.conflict, "3 bytes of a.png were received. Resume there, or start over at 0.")) {
      try store.send("a.png", whole[4...], of: 5)
    }
    #expect(try store.progress(of: "a.png", total: 5) == .partial(received: 3))
    #expect(try store.send("a.png", whole[3...], of: 5).receipt?.sha256 == hash)
    #expect(folder.read("uploads/a.png") == whole)
    #expect(store.receivedBytes("a.png") == 0)
  }

  // MARK: Repeating

  @Test func `every piece may be sent again, and the answer says what is there`() throws {
    let store = store
    #expect(try store.send("a", whole[0..<2], of: 5) == .partial(received: 2))
    #expect(try store.send("a", whole[0..<2], of: 5) == .partial(received: 2))
    #expect(try store.send("a", whole[2..<4], of: 5) == .partial(received: 4))
    // All of it, or a part of it, arrived before.
    #expect(try store.send("a", whole[2..<4], of: 5) == .partial(received: 4))
    #expect(try store.send("a", whole[1..<3], of: 5) == .partial(received: 4))
    let first = try #require(try store.send("a", whole[3..<5], of: 5).receipt)
    #expect(first.sha256 == hash && first.isNew)
    // The answer to the last piece was lost, or those to several.
    for piece in [whole[3..<5], whole[4..<5], whole[2..<4], whole[2..<5]] {
      let again = try store.send("a", piece, of: 5).receipt
      #expect(again?.sha256 == hash && again?.bytes == 5 && again?.isNew == false)
    }
    #expect(try store.progress(of: "a", total: 5).receipt?.sha256 == hash)
    #expect(folder.read("uploads/a") == whole)
  }

  @Test func `a whole file may be sent again`() throws {
    let store = store
    #expect(try store.send("a", whole).receipt?.isNew == true)
    let again = try store.send("a", whole).receipt
    #expect(again?.isNew == false && again?.sha256 == hash)
    #expect(store.receipt("a") == again)
  }

  @Test func `pieces of another file are refused instead of mixed in`() throws {
    let store = store
    let other = AppError(
      .conflict, "Other bytes of a were received for this place, so this is another file. Start over at 0.")
    try store.send("a", whole[0..<3], of: 5)
    let upload = try store.begin("a", offset: 2, total: 5)
    #expect(throws: other) { try upload.write([9, 9, 9]) }
    #expect(folder.read("uploads/.partial/a") == [1, 2, 3])
    try store.send("a", whole[3..<5], of: 5)
    // The same for a file that is whole.
    let late = try store.begin("a", offset: 3, total: 5)
    #expect(throws: other) { try late.write([4, 9]) }
    #expect(errorCode { try store.begin("a", offset: 3, total: 6).write([4]) } == .conflict)
    #expect(folder.read("uploads/a") == whole)
  }

  @Test func `an upload whose bytes have all arrived before a crash is finished by the question`() throws {
    folder.write(whole, to: "uploads/.partial/a")
    let store = store
    #expect(try store.progress(of: "a", total: 5).receipt?.sha256 == hash)
    #expect(folder.read("uploads/a") == whole && store.receivedBytes("a") == 0)
    #expect(try store.progress(of: "b", total: 5) == .partial(received: 0))
  }

  @Test func `a later request takes over from one whose client is gone`() throws {
    let store = store
    let stale = try store.begin("a", offset: 0, total: 5)
    try stale.write([1])
    #expect(errorCode { try store.begin("a", offset: 3, total: 5).write([4]) } == .conflict)
    try stale.write([2])
    let resumed = try store.begin("a", offset: 2, total: 5)
    try resumed.write([3])
    let taken = AppError(
      .conflict, "A later request uploads or deletes a. Send the file again, or under another name.")
    #expect(throws: taken) { try stale.write([9]) }
    try resumed.write([4, 5])
    #expect(throws: taken) { _ = try stale.finish() }
    #expect(try resumed.finish().receipt?.sha256 == hash)
    #expect(throws: taken) { _ = try resumed.finish() }
  }

  @Test func `an upload at offset 0 starts over`() throws {
    let store = store
    try store.begin("a.png").write([9, 9, 9])
    #expect(try store.send("a.png", [1]).receipt?.bytes == 1)
  }

  // MARK: Limits

  /// In a process of its own: the limit on file sizes applies to the whole process.
  @Test func `a piece that was written in part is removed before the next one`() async {
    await #expect(processExitsWith: .success) {
      let folder = TemporaryFolder()
      let upload = try UploadStore(folder: folder.path).begin("a.png")
      try upload.write([1, 2, 3])
      signal(SIGXFSZ, SIG_IGN)
      setFileSizeLimit(bytes: 5)
      let refused = #expect(throws: AppError.self) { try upload.write([4, 4, 4]) }
      #expect(refused?.code == .storageFull)
      #expect(refused?.message.contains("a file has reached the largest size that it may have") == true)
      setFileSizeLimit(bytes: nil)
      try upload.write([5, 6])
      #expect(upload.received == 5)
      _ = try upload.finish()
      #expect(folder.read("a.png") == [1, 2, 3, 5, 6])
    }
  }

  @Test func `too many bytes are refused, announced or not`() throws {
    let store = store
    #expect(throws: AppError(.tooLarge, "An upload has at most 10 bytes.")) {
      try store.begin("a", offset: 0, total: 11)
    }
    let upload = try store.begin("a")
    try upload.write([UInt8](repeating: 0, count: 10))
    #expect(errorCode { try upload.write([0]) } == .tooLarge)
    let announced = try store.begin("b", offset: 0, total: 2)
    #expect(errorCode { try announced.write([1, 2, 3]) } == .invalid)
  }

  @Test func `nothing is acknowledged or removed once the data folder is another one`() throws {
    let isOther = Guarded(false)
    let other = AppError(.storageFull, "It is another folder.")
    let store = UploadStore(
      folder: "\(folder.path)/uploads",
      checkFolder: { () throws(AppError) in if isOther.withLock({ $0 }) { throw other } })
    try store.send("a", whole)
    let upload = try store.begin("b")
    try upload.write([1])
    isOther.withLock { $0 = true }
    #expect(throws: other) { try upload.finish() }
    #expect(throws: other) { try store.send("c", [1]) }
    #expect(throws: other) { try store.delete("a") }
    let later = Timestamp(milliseconds: Timestamp.now().milliseconds + 1_000_000)
    #expect(store.removeExpired(now: later, retention: 1000, inUse: []) == [])
    #expect(folder.read("uploads/a") == whole && !folder.exists("uploads/b"))
    // What is found out about a file of the other server is not recorded there.
    folder.write([1], to: "uploads/theirs")
    #expect(store.receipt("theirs")?.bytes == 1)
    #expect(!folder.exists("uploads/.about/theirs") && !folder.exists("uploads/.partial/c"))
  }

  @Test func `a request that has begun touches no file and takes over from no other before its first bytes`() throws {
    let checks = Guarded(0)
    let store = UploadStore(
      folder: "\(folder.path)/uploads", checkFolder: { () throws(AppError) in checks.withLock { $0 += 1 } })
    let first = try store.begin("a")
    try first.write([1])
    let before = checks.withLock { $0 }
    for _ in 0..<2 { _ = try store.begin("a", offset: 0, total: 5) }
    let refused = try store.begin("a", offset: 1, total: 5)
    #expect(checks.withLock { $0 } == before && folder.read("uploads/.partial/a") == [1])
    // Its conditions don't hold.
    _ = consume refused
    try first.write([2])
    let later = try store.begin("a")
    #expect(try first.finish().receipt?.bytes == 2)
    try later.write([3])
    #expect(try later.finish().receipt?.bytes == 1)
  }

  @Test func `an earlier request doesn't take over from a later one, however late its first bytes are`() throws {
    let store = store
    let (early, late) = (try store.begin("a"), try store.begin("a"))
    try late.write([1])
    let taken = AppError(
      .conflict, "A later request uploads or deletes a. Send the file again, or under another name.")
    #expect(throws: taken) { try early.write([2]) }
    #expect(try late.finish().receipt?.bytes == 1)
    let deleted = try store.begin("a")
    try store.delete("a")
    #expect(throws: taken) { try deleted.write([2]) }
    #expect(store.path(of: "a") == nil)
  }

  @Test func `there are only so many uploads, whole and half, and a known name is not another one`() throws {
    let store = store
    try store.send("a", [1])
    try store.send("b", [1])
    try store.send("c", whole[0..<2], of: 5)
    let full = AppError(.storageFull, "There are 3 uploads already. Delete those that are no longer needed.")
    #expect(throws: full) { try store.send("d", [1]) }
    try store.send("a", [2])
    try store.send("c", whole[2..<5], of: 5)
    try store.delete("b")
    try store.send("d", [1])
  }

  // MARK: Hostile names and files

  @Test(arguments: [
    "", ".a", "..", "a/b", "a b", "a\0", "é", ".partial", ".about/a", ".jobs", "..%2fa", "a\n", "a\u{FFFD}",
    String(repeating: "a", count: 129),
  ])
  func `names that could leave the folder are refused`(name: String) {
    #expect(errorCode { try store.begin(name) } == .invalid)
    #expect(errorCode { try store.begin(name, offset: 0, total: 1) } == .invalid)
    #expect(errorCode { try store.delete(name) } == .notFound)
    #expect(store.receipt(name) == nil && store.path(of: name) == nil)
  }

  @Test func `links that lie in the folder are neither read, followed nor listed`() throws {
    folder.write(whole, to: "secret")
    folder.write(whole, to: "uploads/.partial/half")
    let store = store
    let uploads = "\(folder.path)/uploads"
    symlink("\(folder.path)/secret", "\(uploads)/a")
    symlink(".partial/half", "\(uploads)/b")
    symlink("\(folder.path)/secret", "\(uploads)/.partial/c")
    symlink("\(folder.path)/secret", "\(uploads)/.about/d")
    symlink("\(folder.path)/nowhere", "\(uploads)/.partial/e")
    mkfifo("\(uploads)/pipe", 0o644)
    mkdir("\(uploads)/folder", 0o755)
    // A name that is no UTF-8.
    let path = "\(uploads)/f".utf8CString.dropLast() + [CChar(bitPattern: 0xFF), 0]
    close(open(Array(path), O_CREAT | O_WRONLY, 0o644))
    let listed = store.list(after: nil, limit: 100, retention: 1000, inUse: [])
    #expect(listed.uploads.map(\.name) == ["half"] && !listed.uploads[0].isWhole)
    for name in ["a", "b", "pipe", "folder"] { #expect(store.receipt(name) == nil, "\(name)") }
    // An upload takes the place of a link, and a link in the place of its first bytes is not written through.
    try store.delete("half")
    #expect(try store.send("a", [7]).receipt?.isNew == true)
    for name in ["c", "e"] { #expect(errorCode { try store.send(name, [7]) } == .storageUnavailable, "\(name)") }
    try store.send("d", [7])
    #expect(folder.read("secret") == whole && !folder.exists("nowhere"))
    #expect(folder.read("uploads/a") == [7])
  }

  @Test func `a link in the place of the store's own folders is replaced at the start`() throws {
    folder.write([1], to: "elsewhere/a")
    for name in [".partial", ".about", ".jobs"] {
      mkdir("\(folder.path)/uploads", 0o755)
      symlink("\(folder.path)/elsewhere", "\(folder.path)/uploads/\(name)")
    }
    let store = store
    #expect(store.list(after: nil, limit: 10, retention: 1000, inUse: []).uploads.isEmpty)
    try store.send("a", whole[0..<2], of: 5)
    #expect(folder.read("elsewhere/a") == [1])
  }
}
