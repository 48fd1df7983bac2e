import App
import Store

/// `telltale backup FILE`: copies the database, even while a server is running.
enum BackupCommand {
  static func run(_ arguments: [String]) throws -> Int32 {
    if arguments.contains("--help") {
      Console.print(
        """
        Usage: telltale backup FILE [--data FOLDER]

        Copies the database of a data folder into a new file. A server may be running. To restore the backup, stop the
        server, replace telltale.db in the data folder with the file, and remove telltale.db-wal, telltale.db-shm and
        telltale.position. Pictures and uploads are plain files in the data folder: copy those with any tool.
        """)
      return 0
    }
    guard let file = arguments.first, !file.hasPrefix("-") else {
      throw UsageError("backup needs the name of the new file as its first argument: telltale backup FILE.")
    }
    let configuration = try ServeCommand.configuration(Array(arguments.dropFirst()))
    try Store.backup(folder: configuration.data, to: file)
    Console.print("Copied the database of \(configuration.data) to \(file).")
    return 0
  }
}
