/// The tables, and the steps that bring an older file up to date.
///
/// The file counts its steps (`user_version`). A released step never changes.
enum Schema {
  /// The format that this program writes.
  static var version: Int { steps.count }

  /// Brings a file to the current format in one transaction. If the process dies halfway, the file is unchanged.
  /// - Throws: ``StoreError/newer(path:version:known:)``
  static func migrate(_ database: Database) throws(StoreError) {
    let version = try readVersion(of: database)
    guard version < Self.version else { return }
    try database.transaction { () throws(StoreError) in
      for step in steps[version...] {
        switch step {
        case .statements(let sql): try database.execute(sql)
        case .rewriteJobs: try FirstJobRow.rewriteAll(in: database)
        case .foldWords: try FirstJobRow.foldWords(in: database)
        }
      }
      try database.execute("PRAGMA user_version=\(Self.version)")
    }
  }

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
  ]
}
