import CSQLite
import Domain

extension Store {
  /// What lies in a data folder, without opening it to write.
  package struct Survey: Sendable {
    /// The process that serves the folder.
    package var holder: Int?
    /// Nil where there is no store yet.
    package var contents: (jobs: Int, messages: Int)?
  }

  /// The version of SQLite that this program runs with.
  package static var sqliteVersion: String { String(cString: sqlite3_libversion()) }

  /// Looks at a folder's store and checks all of it, whether a server has it open or not. Changes nothing.
  /// - Throws: ``StoreError/damaged(path:finding:)``, ``StoreError/newer(path:version:known:)``,
  ///   ``StoreError/inaccessible(path:reason:)``
  package static func survey(folder path: String) throws(StoreError) -> Survey {
    let folder = DataFolder(path: path)
    guard try folder.inspect() != nil else { return Survey() }
    let database = try Database(folder.database, .reading)
    if let finding = try check(folder: path).first { throw .damaged(path: database.path, finding: finding) }
    return Survey(
      holder: FolderLock.holder(folder: path),
      contents: (
        jobs: try database.number("SELECT count(*) FROM jobs") ?? 0,
        messages: try database.number("SELECT count(*) FROM messages") ?? 0
      ))
  }
}
