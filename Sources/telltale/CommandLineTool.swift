import App
import Store

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Runs the command of a command line, and turns errors into a message and an exit code (sysexits.h).
enum CommandLineTool {
  struct Command: Sendable {
    let name: String
    let help: String
    let run: @Sendable ([String]) throws -> Int32
  }

  static let commands = [
    Command(name: "serve", help: "start the dashboard (the default)", run: ServeCommand.run),
    Command(name: "doctor", help: "check this machine and the data folder", run: DoctorCommand.run),
    Command(name: "backup", help: "copy the database of a data folder", run: BackupCommand.run),
    Command(name: "bench", help: "measure a server or this machine; see bench --help", run: BenchCommand.run),
  ]

  static func run(_ arguments: [String]) -> Int32 {
    // The command whose help an error refers to, once it is known.
    var place = ""
    do {
      switch arguments.first {
      case "--version":
        Console.print("telltale \(Application.version)")
        return 0
      case "--help", "-h", "help":
        Console.print(help)
        return 0
      case let name? where !name.hasPrefix("-"):
        guard let command = commands.first(where: { $0.name == name }) else {
          throw UsageError("\(UsageError.unknown(name, among: commands.map(\.name))) The commands are \(names).")
        }
        place = " \(name)"
        return try command.run(Array(arguments.dropFirst()))
      default:
        place = " serve"
        return try ServeCommand.run(arguments)
      }
    } catch let error as UsageError {
      Console.printError("\(error)\nSee telltale\(place) --help.")
      return EX_USAGE
    } catch let error as StoreError {
      Console.printError("\(error)")
      return 1
    } catch {
      Console.printError("\(error)")
      return EX_UNAVAILABLE
    }
  }

  /// Whether the arguments of a command ask for its help.
  static func asksForHelp(_ arguments: [String]) -> Bool { arguments.contains("--help") || arguments.contains("-h") }

  private static var names: String {
    "\(commands.dropLast().map(\.name).joined(separator: ", ")) and \(commands[commands.count - 1].name)"
  }

  private static var help: String {
    let list = commands.map { "  \($0.name.padded(to: 8)) \($0.help)" }.joined(separator: "\n")
    return """
      Telltale shows the progress of long-running jobs live in the browser.

      Usage: telltale [COMMAND] [OPTIONS]

      \(list)

      telltale COMMAND --help lists the options of a command. telltale --version prints the version.
      """
  }
}

extension String {
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
