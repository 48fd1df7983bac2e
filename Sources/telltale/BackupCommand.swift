import App
import Store

/// `telltale backup FILE`: a copy of the database, also of a running server's.
enum BackupCommand {
  static func run(_ arguments: [String]) throws -> Int32 {
    if arguments.contains("--help") {
      Terminal.say(
        """
        Usage: telltale backup FILE [--data FOLDER]

        Copies the database of a data folder into a new file, whether a server runs or not. To go back to it, stop the
        server, put the file in the folder's place for telltale.db and remove telltale.db-wal, telltale.db-shm and
        telltale.position. Pictures and uploads are plain files beside it: copy those with any tool.
        """)
      return 0
    }
    guard let file = arguments.first, !file.hasPrefix("-") else {
      throw UsageError("backup needs the name of the new file first: telltale backup FILE.")
    }
    let configuration = try ServeCommand.configuration(Array(arguments.dropFirst()))
    try Store.backup(folder: configuration.data, to: file)
    Terminal.say("The database of \(configuration.data) is copied to \(file).")
    return 0
  }
}
