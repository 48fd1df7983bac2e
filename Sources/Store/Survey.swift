import CSQLite
import Domain

extension Store {
  /// The contents of a data folder, read without opening it for writing.
  package struct Survey: Sendable {
    package var holder: FolderHolder?
    /// Nil if there is no store yet.
    package var contents: (jobs: Int, messages: Int)?
  }

  /// The process that holds a folder; nil if it is free.
  package static func holder(ofFolder path: String) -> FolderHolder? { FolderLock.holder(folder: path) }

  /// The version of SQLite that this program runs with.
  package static var sqliteVersion: String { String(cString: sqlite3_libversion()) }

  /// Checks a folder's store completely, even if a server has it open. Refuses what a start would refuse, and changes
  /// nothing.
  /// - Throws: ``StoreError/damaged(path:finding:)``, ``StoreError/lost(path:acknowledged:found:)``, ``StoreError/newer(path:version:known:)``,
  ///   ``StoreError/inaccessible(path:reason:)``
  package static func survey(folder path: String) throws(StoreError) -> Survey {
    let folder = DataFolder(path: path)
    let holder = FolderLock.holder(folder: path)
    // Read before the database: if a server commits in between, the database is ahead, which is valid.
    let position = PositionFile.read(folder.position)
    guard try folder.inspect() != nil else { return Survey(holder: holder) }
    let database = try Database(folder.database, .reading)
    let version = try Schema.readVersion(of: database)
    let found = try examine(database, version: version)
    if let finding = found.findings.first { throw .damaged(path: database.path, finding: finding) }
    try database.reading { () throws(StoreError) in
      try Opening.checkLine(of: database, version: version, position: position)
    }
    guard version > 0 else { return Survey(holder: holder) }
    let jobs = try database.number("SELECT count(*) FROM jobs") ?? 0
    return Survey(holder: holder, contents: (jobs: jobs, messages: found.messageCount))
  }
}
