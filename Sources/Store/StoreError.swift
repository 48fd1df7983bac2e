import Domain
import Files

/// A failure to store or read. The description says what to do.
package enum StoreError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The disk is full, or the file has reached the process's limit. Nothing was changed; retry when there is space.
  case full(path: String)
  /// Another process serves this folder.
  case inUse(folder: String, by: FolderHolder?)
  /// A check found the file damaged. It is left as it is.
  case damaged(path: String, finding: String)
  /// A message is not as it was written. Everything else can be read.
  case damagedMessage(path: String, offset: Int)
  /// A later version of this program wrote the file.
  case newer(path: String, version: Int, known: Int)
  /// Acknowledged commits are missing: the log was lost or truncated, or an older file was put in the file's place.
  case lost(path: String, acknowledged: Int, found: Int)
  /// The folder or file can't be opened, created or written.
  case inaccessible(path: String, reason: String)
  /// SQLite failed for another reason. The statement contains no values.
  case failed(code: Int, message: String, statement: String)

  package var description: String {
    switch self {
    case .full(let path): "There is no room left for \(path). Free some disk space; nothing was lost."
    case .inUse(let folder, let holder):
      "Another telltale\(holder.map { " (\($0))" } ?? "") uses the data folder \(folder). "
        + "Stop it, or pass another folder with --data."
    case .damaged(let path, let finding):
      "\(path) is damaged (\(finding)) and was left as it is. \(Self.restoring)"
    case .damagedMessage(let path, let offset):
      "\(path) is damaged: message \(offset) is not as it was written. \(Self.restoring)"
    case .newer(let path, let version, let known):
      "\(path) was written by a newer telltale (format \(version), this one knows \(known)). Use that one."
    case .lost(let path, let acknowledged, let found):
      "\(path) ends at commit \(found), but commit \(acknowledged) was acknowledged: its telltale.db-wal was lost or cut, "
        + "or an older file was put in its place. Nothing was changed. Put the missing files back. \(Self.restoring) "
        + "To go on with what is there, delete telltale.position."
    case .inaccessible(let path, let reason): "\(path) can't be used: \(reason)."
    case .failed(let code, let message, let statement):
      "The store failed: \(message) (SQLite \(code)\(statement.isEmpty ? "" : ", \(statement)"))."
    }
  }

  private static let restoring =
    "To restore, move all telltale.db and telltale.position files away and copy a backup to telltale.db, "
    + "or start with another --data folder."

  /// Translates a failed file operation in the data folder.
  init(_ error: FileError) {
    if error.isDiskFull {
      self = .full(path: error.path)
    } else {
      let advice = error.isDenied ? ". Change its permissions, or pass another folder with --data" : ""
      self = .inaccessible(path: error.path, reason: error.reason + advice)
    }
  }

  /// The error for a client. Paths and findings are for the log only.
  package var appError: AppError {
    switch self {
    case .full: AppError(.storageFull, "The server has no room left to store this. Try again later.")
    case .inaccessible, .inUse, .damaged, .lost: AppError(.unavailable, "The server's store is unavailable.")
    case .damagedMessage(_, let offset):
      AppError(.unavailable, "Message \(offset) is damaged in the server's store. Ask for what came after it.")
    case .newer, .failed: AppError(.internal, "Internal error.")
    }
  }
}
