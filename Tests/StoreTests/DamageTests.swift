import Domain
import Store
import StoreWriterChild
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Data folders that can't be used, or not without losing something: refused in a sentence, and left as they are.
struct DamageTests {
  /// A folder whose process died: most of it is still in the log.
  private func folderOfDeadStore(batches: Int = 30, closing: Bool = false) throws -> (
    folder: TemporaryFolder, newest: Int
  ) {
    let folder = TemporaryFolder()
    let store = try Store(folder: folder.path) { "epoch" }
    for index in 0..<batches {
      try store.write(Script.batch(after: store.newestOffset, sequence: store.lastSequence))
      // Some of it is in the file, and some only in the log.
      if index == batches / 2 { try folder.changeDatabase("PRAGMA wal_checkpoint(PASSIVE)") }
    }
    if closing { store.close() }
    return (folder, store.newestOffset)
  }

  private let names = ["telltale.db", "telltale.db-wal", "telltale.position"]

  /// Opens the folder: it is refused and nothing has changed, or everything acknowledged is there.
  /// - Returns: whether it was refused.
  private func expectRefusedOrWhole(_ folder: TemporaryFolder, newest: Int, _ what: Comment) throws -> Bool {
    let before = names.map { folder.read($0) }
    do {
      let store = try Store(folder: folder.path) { "other" }
      do {
        let messages = try store.all()
        #expect(messages.map(\.offset) == Array(1...newest), what)
        var sequences: [Topic: Int] = [:]
        for message in messages {
          sequences[message.topic, default: 0] += 1
          let expected = Script.message(message.offset, sequence: sequences[message.topic, default: 0])
          if message != expected { Issue.record("\(what): message \(message.offset) is another") }
        }
      } catch StoreError.damaged {
        return true
      } catch StoreError.damagedMessage {
        // Found by reading: a damaged message is never shown.
        return true
      }
      return false
    } catch let error as StoreError {
      switch error {
      case .damaged, .damagedMessage, .lost, .newer, .failed: break
      default: Issue.record("\(what): \(error)")
      }
      #expect(names.map { folder.read($0) } == before, "\(what): files were changed though \(error)")
      return true
    }
  }

  @Test(arguments: [true, false])
  func `a bit that turned is found, or harms nothing that was acknowledged`(closed: Bool) throws {
    let (folder, newest) = try folderOfDeadStore(closing: closed)
    var refused = 0
    for _ in 0..<30 {
      let copy = TemporaryFolder()
      for name in names { copy.write(folder.read(name), to: name) }
      let name = closed || Bool.random() ? "telltale.db" : "telltale.db-wal"
      var bytes = folder.read(name)
      let place = Int.random(in: bytes.indices)
      let bit = Int.random(in: 0..<8)
      bytes[place] ^= 1 << bit
      copy.write(bytes, to: name)
      if try expectRefusedOrWhole(copy, newest: newest, "\(name) byte \(place) bit \(bit)") { refused += 1 }
    }
    #expect(refused > 0)
  }

  @Test(arguments: ["telltale.db", "telltale.db-wal"])
  func `a file that was cut is refused, or harms nothing that was acknowledged`(name: String) throws {
    let (folder, newest) = try folderOfDeadStore()
    let whole = folder.read(name)
    var refused = 0
    for length in (0..<12).map({ _ in Int.random(in: whole.indices) }) + [0, 1, 32, 4096, whole.count - 1] {
      let copy = TemporaryFolder()
      for other in names { copy.write(folder.read(other), to: other) }
      copy.write(Array(whole[..<length]), to: name)
      if try expectRefusedOrWhole(copy, newest: newest, "\(name) cut at \(length)") { refused += 1 }
    }
    #expect(refused > 5)
  }

  @Test func `a lost log is refused, in a sentence that says how to restore`() throws {
    let (folder, _) = try folderOfDeadStore()
    unlink("\(folder.path)/telltale.db-wal")
    let before = folder.read("telltale.db")
    let error = #expect(throws: StoreError.self) { try Store(folder: folder.path) { "other" } }
    guard case .lost(_, acknowledged: 30, let found) = error, found < 30 else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.description.contains("copy a backup to telltale.db") == true)
    // A survey before the start reports the same.
    #expect(throws: try #require(error)) { try Store.survey(folder: folder.path) }
    #expect(folder.read("telltale.db") == before)
    // Deleting the position file continues with the remaining data, under a new epoch for clients.
    unlink("\(folder.path)/telltale.position")
    #expect(try Store(folder: folder.path) { "other" }.epoch == "other")
  }

  @Test func `an older file copied back is refused`() throws {
    let folder = TemporaryFolder()
    var store = try Store(folder: folder.path) { "epoch" }
    try store.write(batch([message(1)]))
    store.close()
    let older = folder.read("telltale.db")
    store = try Store(folder: folder.path) { "other" }
    // Not even a message: a key is acknowledged too.
    try store.write(batch(keys: [Script.key(1)]))
    store.close()
    folder.write(older, to: "telltale.db")
    #expect(throws: StoreError.lost(path: "\(folder.path)/telltale.db", acknowledged: 2, found: 1)) {
      try Store(folder: folder.path) { "other" }
    }
  }

  @Test func `a database that went missing is not replaced by an empty one`() throws {
    let (folder, _) = try folderOfDeadStore(closing: true)
    unlink("\(folder.path)/telltale.db")
    let error = #expect(throws: StoreError.self) { try Store(folder: folder.path) { "other" } }
    guard case .damaged = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(!folder.exists("telltale.db"))
  }

  @Test func `a damaged message is named when it is read, and counts as gone from then on`() throws {
    let sample = try SampleStore()
    try sample.store.write(batch((1...5).map { message($0, sequence: $0) }))
    // In the JSON of two messages, which stands in the chunk as it was sent.
    for offset in [2, 4] {
      try sample.folder.changeDatabase(
        "UPDATE chunks SET data = CAST(replace(data, '\"value\":\(offset)}', '\"value\":0}') AS BLOB)")
    }
    func read(after offset: Int) throws -> [Int] {
      try sample.store.messages(
        of: .matching(lookingAt: 100) { _ in true }, after: offset, through: .max, types: nil, limit: 100
      ).messages.map(\.offset)
    }
    let path = "\(sample.folder.path)/telltale.db"
    #expect(sample.store.readableAfter == 0)
    #expect(throws: StoreError.damagedMessage(path: path, offset: 2)) { try read(after: 0) }
    #expect(sample.store.readableAfter == 2)
    #expect(throws: StoreError.damagedMessage(path: path, offset: 4)) { try read(after: 2) }
    #expect(sample.store.readableAfter == 4)
    #expect(try read(after: 4) == [5])
    #expect(
      try sample.store.check() == ["message 2 is not as it was written", "message 4 is not as it was written"])
  }

  @Test func `where a chunk is damaged, its messages count as gone, and those after it are found`() throws {
    let sample = try SampleStore()
    for first in [1, 11, 21] { try sample.store.write(batch((first..<first + 10).map { message($0) })) }
    try sample.folder.changeDatabase("UPDATE chunks SET data = CAST(x'0A' || data AS BLOB) WHERE first = 11")
    func read(_ topics: TopicFilter, after offset: Int, through: Int = .max) throws -> [Int] {
      try sample.store.messages(of: topics, after: offset, through: through, types: nil, limit: 100)
        .messages.map(\.offset)
    }
    let all = TopicFilter.matching(lookingAt: 100) { _ in true }
    let path = "\(sample.folder.path)/telltale.db"
    #expect(throws: StoreError.damagedMessage(path: path, offset: 20)) { try read(all, after: 0) }
    #expect(sample.store.readableAfter == 20)
    #expect(try read(all, after: 0, through: 10) == Array(1...10))
    #expect(throws: StoreError.damagedMessage(path: path, offset: 15)) { try read(all, after: 3, through: 15) }
    #expect(try read(all, after: 20) == Array(21...30))
    // By topic, each message has its place in the index.
    #expect(throws: StoreError.damagedMessage(path: path, offset: 11)) { try read(.topic(.job("a")), after: 0) }
    #expect(throws: StoreError.damagedMessage(path: path, offset: 12)) { try read(.topic(.job("a")), after: 11) }
    #expect(try read(.topic(.job("a")), after: 20) == Array(21...30))
    #expect(try sample.store.check() == ["messages 11 to 20 are not as they were written"])
    // Which topics it is about can't be known after a restart. So a new line begins, once.
    try sample.reopen(epoch: "second")
    #expect(sample.store.epoch == "second")
    #expect(sample.store.readableAfter == 20)
    for topics in [all, .topic(.job("a"))] { #expect(try read(topics, after: 20) == Array(21...30)) }
    #expect(try read(.topic(.job("a")), after: 0) == Array(1...10) + Array(21...30))
    try sample.store.write(batch([message(31)]))
    try sample.reopen(epoch: "third")
    #expect(sample.store.epoch == "second")
    #expect(try sample.store.lastSequence(of: .job("a")) == 31)
  }

  @Test func `a damaged index of a topic costs no message, and is found by a check`() throws {
    var pace = IndexPace()
    pace.messages = 10
    let sample = try SampleStore(indexPace: pace)
    try sample.store.write(batch((1...20).map { message($0) }))
    try sample.store.write(batch([message(21)]))
    try sample.folder.changeDatabase("UPDATE postings SET last = last + 1")
    #expect(try sample.store.all(.job("a")).count == 21)
    #expect(try sample.store.all().count == 21)
    let finding = "the index of topic job:a is not as it was written; the server repairs it while it runs"
    #expect(try sample.store.check() == [finding])
    // Writing goes on, with another row of the index.
    for first in [22, 40, 60] { try sample.store.write(batch((first..<first + 15).map { message($0) })) }
    #expect(sample.store.newestOffset == 74)
    #expect(try sample.store.all(.job("a")).count == 66)
    #expect(try sample.store.check() == [finding])
    while try sample.store.repairIndex() {}
    #expect(try sample.store.check() == [])
    #expect(try sample.store.all(.job("a")).count == 66)
    try sample.folder.changeDatabase("DELETE FROM postings")
    #expect(try sample.store.check().first == "message 1 is missing from the index of its topic")
  }

  @Test func `where more than a message is damaged, all that was asked for counts as gone`() throws {
    let sample = try SampleStore()
    // Few at a time, so that the page below has a part of them.
    for first in stride(from: 1, to: 2000, by: 5) {
      try sample.store.write(batch((first..<first + 5).map { message($0) }))
    }
    try sample.folder.changeDatabase("PRAGMA wal_checkpoint(TRUNCATE)")
    // The page of the table that holds the thousandth message.
    var bytes = sample.folder.read("telltale.db")
    let text = Array("\"value\":1000}".utf8)
    let page = try #require(
      stride(from: 0, to: bytes.count, by: 4096).first { start in
        bytes[start] == 0x0D && bytes[start..<start + 4096].firstRange(of: text) != nil
      })
    bytes.replaceSubrange(page..<page + 8, with: repeatElement(0xFF, count: 8))
    sample.folder.write(bytes, to: "telltale.db")
    let error = #expect(throws: StoreError.self) { try sample.store.all() }
    guard case .damaged = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(sample.store.readableAfter == 2000)
  }

  @Test func `a file that is no database is refused and left as it is`() throws {
    let folder = TemporaryFolder()
    folder.write(Array("not a database, but somebody's".utf8), to: "telltale.db")
    let error = #expect(throws: StoreError.self) { try Store(folder: folder.path) { "epoch" } }
    guard case .damaged = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(folder.read("telltale.db") == Array("not a database, but somebody's".utf8))
  }

  @Test func `a backup is not mixed with the log of the file that it replaces`() throws {
    let (folder, _) = try folderOfDeadStore()
    let other = try SampleStore()
    try other.store.write(batch([message(1)]))
    let backup = TemporaryFolder()
    try Store.backup(folder: other.folder.path, to: "\(backup.path)/backup.db")
    folder.write(backup.read("backup.db"), to: "telltale.db")
    let error = #expect(throws: StoreError.self) { try Store(folder: folder.path) { "other" } }
    #expect(error?.description.contains("telltale.db-wal belongs to another file") == true)
  }

  @Test func `a great file that is damaged is refused at each start after the machine stopped`() throws {
    let folder = TemporaryFolder()
    let store = try Store(folder: folder.path) { "epoch" }
    let text = String(repeating: "x", count: 60_000)
    for first in stride(from: 1, to: 650, by: 50) {
      try store.write(batch((first..<first + 50).map { message($0, payload: ["text": .string(text)]) }))
    }
    store.close()
    var bytes = folder.read("telltale.db")
    try #require(bytes.count > 36 << 20)
    let page = bytes.count / 2 / 4096 * 4096
    bytes.replaceSubrange(page..<page + 4096, with: [UInt8](repeating: 0, count: 4096))
    folder.write(bytes, to: "telltale.db")
    folder.write(Array("1\nanother start\n".utf8), to: "telltale.lock")
    for _ in 0..<3 {
      let error = #expect(throws: StoreError.self) { try Store(folder: folder.path) { "other" } }
      guard case .damaged = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }

  @Test func `a file that nothing was put into yet is fine to begin with, and to look at`() throws {
    let folder = TemporaryFolder()
    try folder.changeDatabase("PRAGMA journal_mode=WAL")
    let survey = try Store.survey(folder: folder.path)
    #expect(survey.contents == nil)
    #expect(try Store(folder: folder.path) { "epoch" }.epoch == "epoch")
  }

  @Test func `a line that its rows go beyond is refused, also when one only looks`() throws {
    let (folder, _) = try folderOfDeadStore(closing: true)
    try folder.changeDatabase("UPDATE line SET newest_job = 0, newest_offset = 1")
    let path = "\(folder.path)/telltale.db"
    var refused = StoreError.damaged(path: path, finding: "the row of its line is not as it was written")
    #expect(throws: refused) { try Store(folder: folder.path) { "other" } }
    #expect(throws: refused) { try Store.survey(folder: folder.path) }
    // Before the first commit after a change of the format, the line has no checksum.
    try folder.changeDatabase("UPDATE line SET checksum = NULL, pruned_through = 0, indexed_through = 0")
    refused = .damaged(path: path, finding: "it has rows beyond the end of its line")
    #expect(throws: refused) { try Store(folder: folder.path) { "other" } }
    #expect(throws: refused) { try Store.survey(folder: folder.path) }
    for impossible in ["newest_offset = 1 << 60", "indexed_through = -1", "newest_topic = 1 << 62", "commits = -1"] {
      try folder.changeDatabase("UPDATE line SET \(impossible)")
      #expect(throws: StoreError.self) { try Store(folder: folder.path) { "other" } }
    }
  }

  @Test func `a newer format is refused`() throws {
    let (folder, _) = try folderOfDeadStore(closing: true)
    try folder.changeDatabase("PRAGMA user_version=8")
    let before = folder.read("telltale.db")
    let error = #expect(throws: StoreError.self) { try Store(folder: folder.path) { "other" } }
    guard case .newer(_, version: 8, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(folder.read("telltale.db") == before)
  }

  @Test func `a folder that is in use is refused, naming the process, until it is let go of`() throws {
    let sample = try SampleStore()
    #expect(throws: StoreError.inUse(folder: sample.folder.path, by: FolderHolder(process: Int(getpid())))) {
      try Store(folder: sample.folder.path) { "other" }
    }
    let child = try WriterChild.start("write", sample.folder.path)
    #expect(
      WriterChild.lines(of: child).first?.hasPrefix("refused Another telltale (process \(getpid())) uses") == true)
    #expect(child.waitForEnd() == .exited(code: 1))
    try sample.reopen()
  }

  @Test func `what is no folder, or no file in it, is refused in a sentence each`() throws {
    let folder = TemporaryFolder()
    folder.write([1], to: "file")
    symlink("\(folder.path)/nowhere", "\(folder.path)/link")
    mkdir("\(folder.path)/folder", 0o755)
    mkdir("\(folder.path)/folder/telltale.db", 0o755)
    mkdir("\(folder.path)/linked", 0o755)
    symlink("\(folder.path)/nowhere", "\(folder.path)/linked/telltale.db")
    let reasons = [
      "file": "file can't be used: it is not a folder.",
      "link": "link can't be used: it is a symbolic link whose target does not exist.",
      "missing/deep": "missing/deep can't be used: the folder above it does not exist.",
      "folder": "folder/telltale.db can't be used: it is a folder.",
      "linked": "linked/telltale.db can't be used: it is a symbolic link whose target does not exist.",
    ]
    for (name, reason) in reasons {
      let error = #expect(throws: StoreError.self) { try Store(folder: "\(folder.path)/\(name)") { "epoch" } }
      #expect(error?.description == "\(folder.path)/\(reason)")
    }
    #expect(!folder.exists("nowhere"))
    #expect(!folder.exists("missing"))
  }
}
