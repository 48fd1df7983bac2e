import Domain
import JSONValues
import Store
import TestSupport
import Testing

/// What features keep in the store: tables of their own, internal messages, rows that change with a batch.
struct FeatureTablesTests {
  private let folder = TemporaryFolder()
  private static let first: StaticString = "CREATE TABLE cards (id TEXT PRIMARY KEY, place INTEGER NOT NULL) STRICT"
  private static let second: StaticString = "ALTER TABLE cards ADD COLUMN title TEXT NOT NULL DEFAULT 'Untitled'"

  private func open(steps: [StaticString]) throws -> Store {
    try Store(folder: folder.path, features: [FeatureTables(feature: "cards", steps: steps)]) { "epoch" }
  }

  @Test func `a feature's tables take each step once, and what they hold stays`() throws {
    var store = try open(steps: [Self.first])
    var change = StoreBatch()
    change.rows = [RowChange("INSERT INTO cards (id, place) VALUES (?, ?)", .text("a"), .integer(3))]
    try store.write(change)
    for _ in 0..<2 {
      store.close()
      store = try open(steps: [Self.first, Self.second])
      #expect(
        try store.rows("SELECT id, place, title FROM cards WHERE place > ?", .integer(2))
          == [[.text("a"), .integer(3), .text("Untitled")]])
    }
  }

  @Test func `a new folder gets all steps at once, and each feature its own`() throws {
    let notes = FeatureTables(feature: "notes", steps: ["CREATE TABLE notes (id INTEGER PRIMARY KEY) STRICT"])
    let cards = FeatureTables(feature: "cards", steps: [Self.first, Self.second])
    let store = try Store(folder: folder.path, features: [cards, notes]) { "epoch" }
    #expect(
      try store.rows("SELECT name, version FROM features WHERE name <> '_retention' ORDER BY name")
        == [[.text("cards"), .integer(2)], [.text("notes"), .integer(1)]])
  }

  @Test func `tables of a newer version are refused and left as they are`() throws {
    try open(steps: [Self.first, Self.second]).close()
    let refused = #expect(throws: StoreError.self) { try open(steps: [Self.first]) }
    #expect(refused == .newer(path: "\(folder.path)/telltale.db", version: 2, known: 1))
    let store = try open(steps: [Self.first, Self.second])
    #expect(try store.rows("SELECT version FROM features WHERE name <> '_retention'") == [[.integer(2)]])
  }

  @Test func `a step that fails changes nothing, and the folder opens without it`() throws {
    try open(steps: [Self.first]).close()
    #expect(throws: StoreError.self) { try open(steps: [Self.first, Self.second, "CREATE NONSENSE"]) }
    let store = try open(steps: [Self.first])
    #expect(try store.rows("SELECT version FROM features WHERE name <> '_retention'") == [[.integer(1)]])
  }

  @Test func `a change that fails takes the whole batch with it`() throws {
    let store = try open(steps: [Self.first])
    var change = batch([message(1)])
    let insert: StaticString = "INSERT INTO cards (id, place) VALUES (?, ?)"
    change.rows = [RowChange(insert, .text("a"), .integer(1)), RowChange(insert, .text("a"), .integer(2))]
    #expect(throws: StoreError.self) { try store.write(change) }
    #expect(try store.rows("SELECT count(*) FROM cards") == [[.integer(0)]])
    #expect(store.newestOffset == 0)
  }

  @Test func `every kind of value comes back, and rows stand in the order asked for`() throws {
    let store = try open(steps: ["CREATE TABLE things (id INTEGER PRIMARY KEY, value ANY)"])
    let values: [StoredValue] = [.null, .integer(-7), .text("Ünï\u{0}code"), .text(""), .blob([0, 255])]
    var change = StoreBatch()
    change.rows = values.map { RowChange("INSERT INTO things (value) VALUES (?)", $0) }
    try store.write(change)
    #expect(try store.rows("SELECT value FROM things ORDER BY id") == values.map { [$0] })
    #expect(try store.rows("SELECT value FROM things WHERE id > ?", .integer(100)).isEmpty)
  }
}

struct InternalMessageTests {
  private func created(_ offset: Int) -> StoredMessage {
    message(offset, sequence: 0, type: .jobCreated, payload: ["job": [:]])
  }

  @Test func `pages of messages skip internal ones, by topic and along the line`() throws {
    let sample = try SampleStore()
    let numbered = [message(2, sequence: 1), message(4, sequence: 2)]
    let removed = message(5, to: .job("b"), sequence: 0, type: .jobRemoved)
    try sample.store.write(batch([created(1), numbered[0], created(3), numbered[1], removed]))
    #expect(try sample.store.all(.job("a")) == numbered)
    #expect(try sample.store.all() == numbered)
    #expect(sample.store.newestOffset == 5)
  }

  @Test func `a page is full of messages that are shown, however many internal ones lie between`() throws {
    let sample = try SampleStore()
    let stored = (1...40).map { $0.isMultiple(of: 4) ? message($0, sequence: $0 / 4) : created($0) }
    try sample.store.write(batch(stored))
    for filter in [TopicFilter.topic(.job("a")), .matching(lookingAt: 100) { _ in true }] {
      let page = try sample.store.messages(of: filter, after: 0, through: 40, types: nil, limit: 3)
      #expect(page.messages.map(\.sequence) == [1, 2, 3] && page.reached >= 12)
    }
  }

  @Test func `a topic's numbers have no hole behind an internal message, not even after a restart`() throws {
    let sample = try SampleStore()
    try sample.store.write(batch([created(1), message(2, sequence: 1), created(3)]))
    #expect(try sample.store.lastSequence(of: .job("a")) == 1)
    try sample.reopen()
    #expect(try sample.store.lastSequence(of: .job("a")) == 1)
    #expect(sample.store.newestOffset == 3)
  }
}
