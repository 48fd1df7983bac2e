import App
import Store

/// `telltale backup FILE`: copies the database, even while a server is running.
enum BackupCommand {
  static func run(_ arguments: [String]) throws -> Int32 {
    if CommandLineTool.asksForHelp(arguments) {
      Console.print(
        """
        Usage: telltale backup FILE [--data FOLDER]

        Copies the database of a data folder into a new file. A server may be running. To restore the backup, stop the
        server, replace telltale.db in the data folder with the file, and remove telltale.db-wal, telltale.db-shm and
        telltale.position. Pictures and uploads are plain files in the data folder: copy those with any tool.
        """)
      return 0
    }
    var options = arguments
    guard let place = placeOfFile(in: options) else {
      throw UsageError("backup needs the name of the new file: telltale backup FILE.")
    }
    let file = options.remove(at: place)
    let configuration = try ServeCommand.configuration(options)
    try Store.backup(folder: configuration.data, to: file)
    Console.print("Copied the database of \(configuration.data) to \(file).")
    return 0
  }

  /// The index of the first argument that is neither an option nor the value of one.
  private static func placeOfFile(in arguments: [String]) -> Int? {
    let withValue = Set(Configuration.options.filter { $0.placeholder != nil }.map { "--\($0.name)" })
    return arguments.indices.first { index in
      !arguments[index].hasPrefix("-") && (index == 0 || !withValue.contains(arguments[index - 1]))
    }
  }
}
