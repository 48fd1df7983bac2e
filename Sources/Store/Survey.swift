import CSQLite
import Domain

extension Store {
  /// What lies in a data folder, without opening it to write.
  package struct Survey: Sendable {
    package var holder: FolderHolder?
    /// Nil where there is no store yet.
    package var contents: (jobs: Int, messages: Int)?
  }

  /// Who has a folder now; nil where nobody does.
  package static func holder(ofFolder path: String) -> FolderHolder? { FolderLock.holder(folder: path) }

  /// The version of SQLite that this program runs with.
  package static var sqliteVersion: String { String(cString: sqlite3_libversion()) }

  /// Looks at a folder's store and checks all of it, whether a server has it open or not: what a start would refuse is
  /// refused here. Changes nothing.
  /// - Throws: ``StoreError/damaged(path:finding:)``, ``StoreError/lost(path:acknowledged:found:)``, ``StoreError/newer(path:version:known:)``,
  ///   ``StoreError/inaccessible(path:reason:)``
  package static func survey(folder path: String) throws(StoreError) -> Survey {
    let folder = DataFolder(path: path)
    let holder = FolderLock.holder(folder: path)
    // Before the database: a server may commit meanwhile, and the database may only be ahead.
    let position = PositionFile.read(folder.position)
    guard try folder.inspect() != nil else { return Survey(holder: holder) }
    let database = try Database(folder.database, .reading)
    let version = try Schema.readVersion(of: database)
    if let finding = try check(folder: path).first { throw .damaged(path: database.path, finding: finding) }
    try database.reading { () throws(StoreError) in
      try Opening.checkLine(of: database, version: version, position)
    }
    guard version > 0 else { return Survey(holder: holder) }
    return Survey(
      holder: holder,
      contents: (
        jobs: try database.number("SELECT count(*) FROM jobs") ?? 0,
        messages: try database.number("SELECT count(*) FROM messages") ?? 0
      ))
  }
}
