import Domain
import Files

/// A failure to store or read. The description says what to do.
package enum StoreError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The system refused to write. Nothing was changed; retrying works once the cause is gone.
  case unwritable(path: String, WriteFault)
  /// The folder was removed, renamed or covered while the store was open. What is written now would be lost, so nothing is
  /// stored until another process opens the folder.
  case displaced(folder: String, finding: String)
  /// Another program keeps the database locked. Nothing was changed; retry.
  case locked(path: String)
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
  /// The file is in an older format, and there is too little room to bring it up to date. Nothing was changed.
  case needsRoom(path: String, bytes: Int, free: Int)
  /// The folder or file can't be opened, created or written.
  case inaccessible(path: String, reason: String)
  /// SQLite failed for another reason. The statement contains no values.
  case failed(code: Int, message: String, statement: String)

  package var description: String {
    switch self {
    case .unwritable(let path, let fault):
      "\(path) can't be written: \(fault.reason). \(fault.advice) Nothing that was acknowledged is lost."
    case .displaced(let folder, let finding):
      "\(folder) is no longer the data folder that this server opened: \(finding). It was removed, renamed or covered by "
        + "a mount. Nothing is stored any more. Put the folder back, and restart the server."
    case .locked(let path): "\(path) is locked by another program. End that program; only one may write."
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
    case .needsRoom(let path, let bytes, let free):
      "\(path) is in an older format, and bringing it up to date takes \(bytes >> 20) MB of free space, but only "
        + "\(free >> 20) MB are free. Nothing was changed. Make room, and start again."
    case .inaccessible(let path, let reason): "\(path) can't be used: \(reason)."
    case .failed(let code, let message, let statement):
      "The store failed: \(message) (SQLite \(code)\(statement.isEmpty ? "" : ", \(statement)"))."
    }
  }

  private static let restoring =
    "To restore, move all telltale.db and telltale.position files away and copy a backup to telltale.db, "
    + "or start with another --data folder."

  /// Translates a failed file operation in the data folder.
  package init(_ error: FileError) {
    if let fault = error.writeFault {
      self = .unwritable(path: error.path, fault)
    } else {
      let advice = error.isDenied ? ". Change its permissions, or pass another folder with --data" : ""
      self = .inaccessible(path: error.path, reason: error.reason + advice)
    }
  }

  /// Why nothing can be stored, as a sentence to show on a page. Paths are for the log only.
  package var storageReason: String {
    switch self {
    case .unwritable(_, let fault): "\(fault.reason.capitalisingFirst). \(fault.advice)"
    case .displaced(_, let finding):
      "The data folder was removed, renamed or covered while the server ran (\(finding)). Put the folder back, and "
        + "restart the server."
    case .locked: "Another program keeps the database locked. End that program."
    case .inUse, .damaged, .damagedMessage, .newer, .lost, .needsRoom, .inaccessible, .failed:
      "The database can't be used. The server's log has the cause."
    }
  }

  /// The error for a client. Paths are for the log only.
  package var appError: AppError {
    switch self {
    case .unwritable(_, let fault):
      AppError(
        fault.isLackOfRoom ? .storageFull : .storageUnavailable,
        "The server can't store this: \(fault.reason). \(fault.advice) Then try again.")
    case .displaced(_, let finding):
      AppError(
        .storageUnavailable,
        "The server can't store this: its data folder was removed, renamed or covered while it ran (\(finding)). "
          + "Put the folder back, and restart the server.")
    case .locked: AppError(.unavailable, "Another program keeps the server's database locked. Try again shortly.")
    case .inaccessible, .inUse, .damaged, .lost, .needsRoom:
      AppError(.unavailable, "The server's store is unavailable.")
    case .damagedMessage(_, let offset):
      AppError(.unavailable, "Message \(offset) is damaged in the server's store. Ask for what came after it.")
    case .newer, .failed: AppError(.internal, "Internal error.")
    }
  }
}

extension String {
  fileprivate var capitalisingFirst: String { prefix(1).uppercased() + dropFirst() }
}
