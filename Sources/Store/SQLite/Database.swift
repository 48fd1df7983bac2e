import CSQLite
import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One connection to an SQLite file, for one thread at a time.
final class Database {
  enum Access {
    /// Creates the file if it is missing.
    case writing
    /// Reads what other connections have committed, and can't write.
    case reading
  }

  let path: String
  private let handle: OpaquePointer
  /// Compiled statements by the address of their text: each is a literal in the code.
  private var statements: [UnsafePointer<UInt8>: Statement] = [:]

  /// - Throws: ``StoreError``
  init(_ path: String, _ access: Access) throws(StoreError) {
    self.path = path
    var opened: OpaquePointer?
    let creating = access == .writing ? SQLITE_OPEN_CREATE : 0
    let code = sqlite3_open_v2(
      path, &opened, SQLITE_OPEN_READWRITE | creating | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
    guard code == SQLITE_OK, let opened else {
      defer { sqlite3_close_v2(opened) }
      throw StoreError(code, opened, path: path, statement: "")
    }
    handle = opened
    sqlite3_busy_timeout(handle, Self.lockPatience)
    // A connection that only read must leave the files as they are; the store empties the log itself.
    telltale_keep_log(handle)
    // SQLite opens a read-only file without an error, and fails only at the first write.
    guard sqlite3_db_readonly(handle, "main") == 0 else {
      throw .inaccessible(path: path, reason: String(cString: strerror(EACCES)))
    }
    try execute("PRAGMA trusted_schema=OFF; PRAGMA foreign_keys=ON")
    if access == .reading { try execute("PRAGMA query_only=ON") }
  }

  deinit {
    statements.removeAll()
    sqlite3_close_v2(handle)
  }

  /// Runs statements without values or rows.
  func execute(_ sql: String) throws(StoreError) {
    errno = 0
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else {
      throw StoreError(code, handle, systemError: errno, path: path, statement: sql)
    }
  }

  /// Runs one statement that returns no rows.
  func run(_ sql: StaticString, _ values: Statement.Value...) throws(StoreError) { try run(sql, values: values) }

  func run(_ sql: StaticString, values: [Statement.Value]) throws(StoreError) {
    let statement = try statement(sql)
    statement.bind(values)
    defer { statement.reset() }
    while try statement.step() {}
  }

  /// Reads the rows of one statement.
  func rows<Row>(
    _ sql: StaticString, _ values: Statement.Value..., read: (Statement) throws(StoreError) -> Row
  ) throws(StoreError) -> [Row] {
    let statement = try statement(sql)
    statement.bind(values)
    defer { statement.reset() }
    var rows: [Row] = []
    while try statement.step() { rows.append(try read(statement)) }
    return rows
  }

  /// The first column of the first row, a number; nil if there is no row or it is NULL.
  func number(_ sql: StaticString, _ values: Statement.Value...) throws(StoreError) -> Int? {
    let statement = try statement(sql)
    statement.bind(values)
    defer { statement.reset() }
    guard try statement.step(), !statement.isNull(0) else { return nil }
    return statement.integer(0)
  }

  /// Commits all of the body's changes, or none if it throws.
  func transaction<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
    try run("BEGIN IMMEDIATE")
    return try finishing(body)
  }

  /// Runs the body in one snapshot.
  func reading<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
    try run("BEGIN")
    return try finishing(body)
  }

  private func finishing<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
    do throws(StoreError) {
      let result = try body()
      try run("COMMIT")
      return result
    } catch {
      // After some errors SQLite has rolled back by itself.
      if sqlite3_get_autocommit(handle) == 0 { try? run("ROLLBACK") }
      throw error
    }
  }

  /// Rows that the last INSERT, UPDATE or DELETE changed.
  var changedRows: Int { Int(sqlite3_changes(handle)) }

  /// The number of the row that the last INSERT created.
  var newestRow: Int { Int(sqlite3_last_insert_rowid(handle)) }

  /// Milliseconds to wait for another connection's lock. A reader waits while the writer resets the log, which takes
  /// milliseconds.
  static let lockPatience: Int32 = 5_000

  /// Writes the log into the database, and empties it if no reader still uses it.
  /// - Parameter patience: milliseconds to wait for the end of reads that began before.
  /// - Throws: ``StoreError/locked(path:)`` if a reader still uses it; then as much was written as the reader allows.
  func checkpointAll(patience: Int32 = lockPatience) throws(StoreError) {
    sqlite3_busy_timeout(handle, patience)
    defer { sqlite3_busy_timeout(handle, Self.lockPatience) }
    errno = 0
    let code = sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
    guard code == SQLITE_OK else {
      throw StoreError(code, handle, systemError: errno, path: path, statement: "checkpoint")
    }
  }

  /// How many pages this connection has tried to write so far. Costs no system call.
  var writtenPageCount: Int {
    var (count, highest) = (Int32(0), Int32(0))
    sqlite3_db_status(handle, SQLITE_DBSTATUS_CACHE_WRITE, &count, &highest, 0)
    return Int(count)
  }

  /// Finds out whether the log has room for at least so many pages, and changes nothing: the pages are written and rolled
  /// back. The file keeps the room, which the next commits use.
  func tryLog(pageCount: Int) throws(StoreError) {
    let pageBytes = try number("PRAGMA page_size") ?? 4096
    try run("BEGIN IMMEDIATE")
    defer { if sqlite3_get_autocommit(handle) == 0 { try? run("ROLLBACK") } }
    // A value that long takes a little more than so many pages.
    try run(
      "INSERT OR REPLACE INTO keys (name, digest, job, created_at) VALUES ('', zeroblob(?), '', 0)",
      .integer(min(pageCount * pageBytes, Self.maxTrialBytes)))
    errno = 0
    let code = sqlite3_db_cacheflush(handle)
    guard code == SQLITE_OK else {
      throw StoreError(code, handle, systemError: errno, path: path, statement: "cacheflush")
    }
  }

  /// Far more than a batch has, and less than SQLite's limit for a value.
  private static let maxTrialBytes = 64 << 20

  /// Copies the committed state into another file, a portion at a time. Later commits don't disturb the copy.
  func copy(to copy: Database) throws(StoreError) {
    guard let backup = sqlite3_backup_init(copy.handle, "main", handle, "main") else {
      throw StoreError(sqlite3_extended_errcode(copy.handle), copy.handle, path: copy.path, statement: "backup")
    }
    errno = 0
    var code = SQLITE_OK
    while code == SQLITE_OK { code = sqlite3_backup_step(backup, 1024) }
    let systemError = errno
    sqlite3_backup_finish(backup)
    guard code == SQLITE_DONE else {
      throw StoreError(code, copy.handle, systemError: systemError, path: copy.path, statement: "backup")
    }
  }

  /// The statement of this text, compiled once and ready to be bound.
  func statement(_ sql: StaticString) throws(StoreError) -> Statement {
    if let known = statements[sql.utf8Start] { return known }
    var compiled: OpaquePointer?
    let code = sqlite3_prepare_v3(
      handle, sql.description, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &compiled, nil)
    guard code == SQLITE_OK, let compiled else {
      throw StoreError(code, handle, path: path, statement: sql.description)
    }
    let statement = Statement(compiled, path: path)
    statements[sql.utf8Start] = statement
    return statement
  }
}

extension StoreError {
  /// Translates SQLite's extended code.
  /// - Parameter systemError: `errno` after the call that failed, if that was 0 before; SQLite itself forgets the error of a
  ///   COMMIT and keeps that of an earlier statement.
  init(_ code: Int32, _ handle: OpaquePointer?, systemError: Int32 = 0, path: String, statement: String) {
    let message = handle.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
    let systemError = systemError == 0 ? handle.map { sqlite3_system_errno($0) } ?? 0 : systemError
    self.init(code, message: message, systemError: systemError, path: path, statement: statement)
  }

  /// - Parameters:
  ///   - message: SQLite's own.
  ///   - systemError: 0 if it is unknown.
  package init(_ code: Int32, message: String, systemError: Int32, path: String, statement: String) {
    let fault = WriteFault(systemError: systemError)
    switch code & 0xFF {
    // Also for a write that the system cut short without an error.
    case SQLITE_FULL: self = .unwritable(path: path, fault ?? .diskFull)
    // A file that may not grow, or may not be written, is an I/O error. A process that should survive its limit for files
    // (RLIMIT_FSIZE) ignores SIGXFSZ.
    case SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM:
      if let fault, code != telltale_ioerr_read {
        self = .unwritable(path: path, fault)
      } else if code & 0xFF == SQLITE_IOERR {
        self = .failed(code: Int(code), message: message, statement: statement)
      } else {
        self = .inaccessible(path: path, reason: systemError == 0 ? message : String(cString: strerror(systemError)))
      }
    case SQLITE_CORRUPT, SQLITE_NOTADB: self = .damaged(path: path, finding: message)
    case SQLITE_BUSY, SQLITE_LOCKED: self = .locked(path: path)
    default: self = .failed(code: Int(code), message: message, statement: statement)
    }
  }
}
