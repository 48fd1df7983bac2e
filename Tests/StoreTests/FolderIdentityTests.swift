import Domain
import Processes
import Store
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A store whose files are removed, renamed or covered while it is open.
struct FolderIdentityTests {
  /// A store in a folder below the temporary one, so that the folder itself can be renamed.
  private final class Place {
    let parent = TemporaryFolder()
    let path: String
    let store: Store

    init() throws {
      path = "\(parent.path)/data"
      store = try Store(folder: path) { "epoch" }
      try store.write(batch([message(1)], jobs: [job("a", number: 1)]))
    }

    func writeFails() -> StoreError? {
      do {
        try store.write(batch([message(store.newestOffset + 1)]))
        return nil
      } catch {
        return error
      }
    }
  }

  /// What happens to the files, and what is found. Each is a shell command in the parent of the folder.
  @Test(arguments: [
    ("rm -rf data", "the folder is gone"),
    ("mv data away", "the folder is gone"),
    ("mv data away; mkdir data", "the folder is another one"),
    ("mv data away; cp -r away data", "the folder is another one"),
    ("mv data away; cp -r away other; ln -s other data", "the folder is another one"),
    ("rm data/telltale.lock", "telltale.lock is gone"),
    ("cp data/telltale.lock x; rm data/telltale.lock; mv x data/telltale.lock", "telltale.lock is another one"),
    ("rm data/telltale.db", "telltale.db is gone"),
    ("cp data/telltale.db x; mv x data/telltale.db", "telltale.db is another one"),
    ("rm data/telltale.db-wal", "telltale.db-wal is gone"),
    ("rm data/telltale.db-shm", "telltale.db-shm is gone"),
    ("rm data/*", "telltale.lock is gone"),
  ])
  func `nothing is acknowledged once the paths lead elsewhere, and never again`(change: String, finding: String) throws
  {
    let place = try Place()
    try shell(change, in: place.parent.path)
    let refused = try #require(place.writeFails())
    #expect(refused == .displaced(folder: place.path, finding: finding))
    #expect(refused.appError.status == 507 && refused.appError.message.contains(finding))
    #expect(!place.store.isInPlace)
    // Everything is still read from what is open.
    #expect(place.store.newestOffset == 1)
    #expect(try place.store.all().map(\.offset) == [1])
    #expect(throws: refused) { try place.store.saveClock() }
    #expect(throws: refused) { try place.store.probe() }
    // Another server may have its position there.
    try shell("mkdir -p data", in: place.parent.path)
    let before = place.parent.exists("data/telltale.position")
    place.store.restorePosition()
    #expect(place.parent.exists("data/telltale.position") == before)
  }

  @Test func `a folder that comes back does not make the store go on`() throws {
    let place = try Place()
    try shell("mv data away", in: place.parent.path)
    #expect(place.writeFails() != nil)
    try shell("mv away data", in: place.parent.path)
    #expect(place.writeFails() == .displaced(folder: place.path, finding: "the folder is gone"))
    place.store.close()
    let again = try Store(folder: place.path) { "other" }
    #expect(again.epoch == "epoch" && again.newestOffset == 1)
    #expect(try again.check() == [])
  }

  @Test func `a second server on a new folder of the same name is not disturbed by the first`() throws {
    let place = try Place()
    try shell("rm -rf data", in: place.parent.path)
    let second = try Store(folder: place.path) { "second" }
    try second.write(batch([message(1, to: .job("b"))], jobs: [job("b", number: 1)]))
    #expect(place.writeFails() != nil)
    #expect(try place.store.job("b") == nil && place.store.job("a") != nil)
    place.store.close()
    try second.write(batch([message(2, to: .job("b"), sequence: 2)]))
    second.close()
    let again = try Store(folder: place.path) { "third" }
    #expect(again.epoch == "second")
    #expect(try again.all().map(\.topic) == [.job("b"), .job("b")])
    #expect(try again.check() == [])
  }

  @Test func `renaming a folder above it, or a link to it, counts as well`() throws {
    let parent = TemporaryFolder()
    try shell("mkdir -p above/data; ln -s above/data link", in: parent.path)
    let store = try Store(folder: "\(parent.path)/link") { "epoch" }
    try store.write(batch([message(1)]))
    try shell("mv above away", in: parent.path)
    #expect(throws: StoreError.displaced(folder: "\(parent.path)/link", finding: "the folder is gone")) {
      try store.write(batch([message(2)]))
    }
  }

  @Test func `a link to the same folder, another name for a file, a backup and a copy don't count`() throws {
    let place = try Place()
    try shell("mv data moved; ln -s moved data", in: place.parent.path)
    try shell("cp -al data linked; cp -r data copied; touch data/more", in: place.parent.path)
    try Store.backup(folder: place.path, to: "\(place.parent.path)/backup.db")
    #expect(place.writeFails() == nil)
  }

  @Test func `a position file that was removed is written again`() throws {
    let place = try Place()
    try shell("rm data/telltale.position", in: place.parent.path)
    #expect(place.writeFails() == nil)
    place.store.restorePosition()
    #expect(place.writeFails() == nil)
    let content = place.parent.read("data/telltale.position")
    #expect(String(decoding: content, as: UTF8.self).hasPrefix("epoch:3 3"))
    // With it, the line goes on; without it, nothing would prove that it is whole.
    try shell("cp data/telltale.position kept; echo other > data/telltale.position", in: place.parent.path)
    place.store.close()
    #expect(try Store(folder: place.path) { "other" }.epoch == "epoch")
  }

  #if os(Linux)
    @Test func `a mount over the folder counts, and so does a lazy unmount`() throws {
      let place = try Place()
      guard mount("tmpfs", place.path, "tmpfs", 0, "size=1m") == 0 else {
        print("FolderIdentityTests: nothing can be mounted here (\(String(cString: strerror(errno)))).")
        return
      }
      defer { umount(place.path) }
      #expect(place.writeFails() == .displaced(folder: place.path, finding: "the folder is another one"))
      #expect(place.parent.names == ["data"])

      let disk = TemporaryFolder()
      try #require(mount("tmpfs", disk.path, "tmpfs", 0, "size=8m") == 0)
      let store = try Store(folder: "\(disk.path)/data") { "epoch" }
      try store.write(batch([message(1)]))
      umount2(disk.path, Int32(MNT_DETACH))
      #expect(throws: StoreError.displaced(folder: "\(disk.path)/data", finding: "the folder is gone")) {
        try store.write(batch([message(2)]))
      }
    }
  #endif

  private func shell(_ command: String, in folder: String) throws {
    let child = try ChildProcess(["sh", "-c", "cd \(folder) && { \(command); }"], environment: [:])
    try #require(child.waitForEnd() == .exited(code: 0))
  }
}
