/// The tables, and the steps that bring an older file up to date.
///
/// The file counts its steps (`user_version`). A released step never changes.
enum Schema {
  /// The format that this program writes.
  static var version: Int { steps.count }

  /// Brings a file to the current format: small steps in one transaction, and the messages in many. If the process dies,
  /// the next start goes on with the steps that are not committed.
  /// - Parameter progress: of moving messages, which takes seconds per million.
  /// - Throws: ``StoreError/newer(path:version:known:)``, ``StoreError/needsRoom(path:bytes:free:)``
  static func migrate(_ database: Database, progress: FormerMessages.Progress) throws(StoreError) {
    let version = try readVersion(of: database)
    // Before the first step: the earlier version can still use the file if there is too little room.
    if hasFormerMessages(version: version) { try FormerMessages.checkRoom(for: database) }
    let small = steps[version...].prefix { !$0.isLarge }
    if !small.isEmpty {
      try database.transaction { () throws(StoreError) in
        for step in small { try step.take(in: database) }
        try database.execute("PRAGMA user_version=\(small.endIndex)")
      }
    }
    guard small.endIndex < steps.endIndex else { return }
    try FormerMessages.move(in: database, version: small.endIndex + 1, progress: progress)
    try migrate(database, progress: progress)
  }

  /// Whether a file of this format has messages in a row each.
  static func hasFormerMessages(version: Int) -> Bool { 1..<withoutFormerMessages ~= version }

  /// Whether a file of this format has messages in chunks.
  static func hasChunks(version: Int) -> Bool { version >= withChunks }

  /// Whether the line of a file of this format has a checksum.
  static func hasLineChecksum(version: Int) -> Bool { version >= withLineChecksum }

  /// The formats from which on there are chunks, only chunks, and a checksum of the line.
  private static let (withChunks, withoutFormerMessages, withLineChecksum) = (5, 6, 7)

  /// The format of a file; 0 if it is still empty.
  /// - Throws: ``StoreError/newer(path:version:known:)``, ``StoreError/damaged(path:finding:)``
  static func readVersion(of database: Database) throws(StoreError) -> Int {
    let version = try database.number("PRAGMA user_version") ?? 0
    guard version >= 0, version <= Self.version else {
      throw .newer(path: database.path, version: version, known: Self.version)
    }
    if version == 0, try database.number("SELECT count(*) FROM sqlite_schema") ?? 0 > 0 {
      throw .damaged(path: database.path, finding: "it has no format number")
    }
    return version
  }

  private enum Step {
    case statements(String)
    /// Rewrites the JSON of jobs in the form that messages and the API use.
    case rewriteJobs
    /// Rewrites the text that searches look at by the rule of `SearchText`; before, it was only in lower case.
    case foldWords
    /// Moves the messages from a row each into chunks.
    case moveMessages

    /// Whether it takes many transactions.
    var isLarge: Bool { if case .moveMessages = self { true } else { false } }

    func take(in database: Database) throws(StoreError) {
      switch self {
      case .statements(let sql): try database.execute(sql)
      case .rewriteJobs: try FirstJobRow.rewriteAll(in: database)
      case .foldWords: try FirstJobRow.foldWords(in: database)
      case .moveMessages: preconditionFailure("Messages are not moved in one transaction.")
      }
    }
  }

  private static let steps: [Step] = [
    .statements(
      """
      -- One row: the line that offsets count in. None of the numbers ever goes down.
      CREATE TABLE line (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        -- NULL in a backup: it can't go on with the line that it is a copy of.
        epoch TEXT,
        newest_offset INTEGER NOT NULL,
        newest_job INTEGER NOT NULL,
        -- The highest offset that retention removed.
        pruned_through INTEGER NOT NULL,
        -- Counts transactions: what telltale.position knows and this does not was lost.
        commits INTEGER NOT NULL
      ) STRICT;
      INSERT INTO line VALUES (1, NULL, 0, 0, 0, 0);

      CREATE TABLE topics (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        -- The seq of its newest message, even after that was removed.
        sequence INTEGER NOT NULL,
        -- 1 from the moment its job is removed: nothing of it is shown, and its messages and frames are swept bit by bit.
        gone INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX topics_gone ON topics (gone) WHERE gone = 1;

      -- Every message of the line as it is sent. The offset is the row's own number: the table is the whole line.
      CREATE TABLE messages (
        offset INTEGER PRIMARY KEY,
        topic INTEGER NOT NULL REFERENCES topics,
        sequence INTEGER NOT NULL,
        type TEXT NOT NULL,
        -- Milliseconds since 1970, for retention only: order is the offset's.
        at INTEGER NOT NULL,
        -- Of all the above and the JSON: SQLite does not notice a bit that turned inside a value.
        checksum INTEGER NOT NULL,
        json BLOB NOT NULL
      ) STRICT;
      -- Both end in the offset, as every index ends in the row's number.
      CREATE INDEX messages_by_topic ON messages (topic);
      CREATE INDEX messages_by_type ON messages (topic, type);

      CREATE TABLE jobs (
        -- Counts up: what lists and their cursors go by.
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        status TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        finished_at INTEGER,
        -- The position as of which the row tells the job.
        offset INTEGER NOT NULL,
        name TEXT NOT NULL,
        source TEXT NOT NULL,
        -- Name, source and id in lower case.
        words TEXT NOT NULL,
        checksum INTEGER NOT NULL,
        -- Everything else, as JSON.
        state BLOB NOT NULL,
        -- Of the results. Both stand last, so that what doesn't ask for them doesn't read them: they may have megabytes.
        results_checksum INTEGER NOT NULL,
        -- What the plugins returned, as JSON.
        results BLOB NOT NULL
      ) STRICT;
      CREATE INDEX jobs_by_status ON jobs (status);
      CREATE INDEX jobs_by_words ON jobs (number, status, words);
      CREATE INDEX jobs_by_end ON jobs (finished_at) WHERE finished_at IS NOT NULL;

      -- What each plugin found in each frame: the payloads of the `frame` messages. The row's own number keeps the plugins
      -- in the order of their execution.
      CREATE TABLE frames (
        id INTEGER PRIMARY KEY,
        topic INTEGER NOT NULL REFERENCES topics,
        frame INTEGER NOT NULL,
        plugin TEXT NOT NULL,
        json BLOB NOT NULL,
        UNIQUE (topic, frame, plugin)
      ) STRICT;

      CREATE TABLE keys (
        name TEXT PRIMARY KEY,
        -- Of the request that it came with.
        digest BLOB NOT NULL,
        job TEXT NOT NULL,
        created_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX keys_by_time ON keys (created_at);
      """),
    .rewriteJobs,
    .statements(
      """
      -- The version of each feature's tables.
      CREATE TABLE features (
        name TEXT PRIMARY KEY,
        version INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      """),
    .foldWords,
    .statements(
      """
      -- Every message of the line, several in a row: a log is appended to. The number is that of the first; `last` is that
      -- of the last one that is still there.
      CREATE TABLE chunks (
        first INTEGER PRIMARY KEY,
        last INTEGER NOT NULL,
        -- A directory and the messages as they are sent: Chunk.swift.
        data BLOB NOT NULL
      ) STRICT;

      -- The types of messages.
      CREATE TABLE types (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE
      ) STRICT;

      -- Which messages a topic has, several in a row: Posting.swift. Complete through line.indexed_through; what is newer is
      -- found in the chunks.
      CREATE TABLE postings (
        topic INTEGER NOT NULL REFERENCES topics,
        first INTEGER NOT NULL,
        last INTEGER NOT NULL,
        -- A bit for each type in it.
        types INTEGER NOT NULL,
        checksum INTEGER NOT NULL,
        data BLOB NOT NULL,
        PRIMARY KEY (topic, first)
      ) STRICT, WITHOUT ROWID;

      ALTER TABLE line ADD COLUMN indexed_through INTEGER NOT NULL DEFAULT 0;
      -- The highest number of a topic's row. It is not given again: chunks may still have messages of a removed topic.
      ALTER TABLE line ADD COLUMN newest_topic INTEGER NOT NULL DEFAULT 0;
      UPDATE line SET newest_topic = (SELECT coalesce(max(id), 0) FROM topics);
      -- The topic's messages through this offset were removed. `sequence` is as of line.indexed_through, or newer.
      ALTER TABLE topics ADD COLUMN pruned_through INTEGER NOT NULL DEFAULT 0;
      """),
    .moveMessages,
    .statements(
      """
      -- Of the other numbers; NULL until the first commit.
      ALTER TABLE line ADD COLUMN checksum INTEGER;
      """),
  ]
}
