import Domain
import Files
import JSONValues
import Net
import Processes
import Store

/// Checks the machine for a server with this configuration, and changes nothing.
package struct Doctor {
  /// The result of one check.
  package struct Finding: Sendable {
    package enum Verdict: String, Sendable {
      case ok
      /// A server would run, with a limitation.
      case warning
      /// A server would not start, or would lose data.
      case failure
    }

    package let subject: String
    package let verdict: Verdict
    /// The finding, and if there is a problem, how to fix it.
    package let text: String

    package var json: JSONObject {
      ["subject": .string(subject), "verdict": .string(verdict.rawValue), "text": .string(text)]
    }
  }

  private let configuration: Configuration

  package init(_ configuration: Configuration) { self.configuration = configuration }

  /// Runs all checks, in the order in which a server would need their subjects.
  package func examine() -> [Finding] {
    let store = Result { () throws(StoreError) in try Store.survey(folder: configuration.data) }
    return [
      dataFolder, database(store), diskSpace, sourceRoot, port(store), openFiles,
      program("ffmpeg", needed: "for videos other than .y4m, and for JPEG pictures"),
      program("git", needed: "by boards, which run agents in separate branches"),
    ]
  }

  // MARK: The data folder

  private var dataFolder: Finding {
    let folder = configuration.data
    do throws(FileError) {
      try FileSystem.checkFolder(folder, for: .changing)
      return finding("data folder", .ok, text: "\(folder) is writable")
    } catch let error where error.isMissing {
      return missingDataFolder
    } catch let error where error.cause == .notAFolder {
      return finding("data folder", .failure, text: "\(folder) is not a folder. Pass another one with --data.")
    } catch {
      return finding(
        "data folder", .failure,
        text: "\(folder) can't be written: \(error.reason). Change its permissions, or pass --data.")
    }
  }

  private var missingDataFolder: Finding {
    let folder = configuration.data
    let parent = FilePath.parent(of: folder)
    do throws(FileError) {
      try FileSystem.checkFolder(parent, for: .changing)
      return finding("data folder", .ok, text: "\(folder) does not exist yet; the server will create it")
    } catch let error where error.isMissing {
      return finding(
        "data folder", .failure,
        text: "\(folder) does not exist and can't be created. Create \(parent), or pass --data.")
    } catch {
      return finding(
        "data folder", .failure,
        text: "\(folder) can't be created: \(error.reason). Change the permissions of \(parent), or pass --data.")
    }
  }

  private var canSearchDataFolder: Bool {
    do throws(FileError) {
      try FileSystem.checkFolder(configuration.data, for: .searching)
      return true
    } catch {
      return !error.isDenied
    }
  }

  private func database(_ survey: Result<Store.Survey, StoreError>) -> Finding {
    guard canSearchDataFolder else {
      return finding("database", .warning, text: "unknown: \(configuration.data) can't be searched")
    }
    switch survey {
    case .failure(let error): return finding("database", .failure, text: "\(error)")
    case .success(let survey):
      let version = "SQLite \(Store.sqliteVersion)"
      guard let contents = survey.contents else { return finding("database", .ok, text: "\(version); no database yet") }
      let server = survey.holder.map { "; in use by \($0)" } ?? ""
      return finding(
        "database", .ok, text: "\(version); \(contents.jobs) jobs, \(contents.messages) messages, undamaged\(server)")
    }
  }

  private var diskSpace: Finding {
    let folder = FileKind(configuration.data) == .missing ? "." : configuration.data
    guard let free = FileSystem.freeFraction(at: folder) else {
      return finding("disk", .warning, text: "the free space of \(folder) is unknown")
    }
    let percent = Int(free * 100)
    return free > 0.05
      ? finding("disk", .ok, text: "\(percent)% free")
      : finding("disk", .failure, text: "\(percent)% free. Below 5% a server is not ready. Free some space.")
  }

  private var sourceRoot: Finding {
    if let problem = configuration.sourceRootProblem { return finding("source root", .failure, text: problem) }
    return finding("source root", .ok, text: "\(configuration.sourceRoot) is readable")
  }

  // MARK: The machine

  private func port(_ survey: Result<Store.Survey, StoreError>) -> Finding {
    do {
      let socket = try ListeningSocket(host: configuration.host, port: configuration.port)
      return finding("port", .ok, text: "\(configuration.host):\(socket.port) is free")
    } catch .addressInUse(let port) {
      if case .success(let survey) = survey, let holder = survey.holder {
        return finding("port", .ok, text: "\(port) is in use by \(holder), which also uses this data folder")
      }
      return finding("port", .failure, text: "\(NetError.addressInUse(port: port))")
    } catch {
      return finding("port", .failure, text: "\(error)")
    }
  }

  private var openFiles: Finding {
    let limit = OwnProcess.raiseOpenFileLimit()
    let sockets = configuration.maxSockets(openFiles: limit)
    guard sockets < configuration.maxConnections else {
      return finding("open files", .ok, text: "\(limit), enough for \(sockets) connections")
    }
    return finding(
      "open files", .warning,
      text: "\(limit), enough for \(sockets) of \(configuration.maxConnections) connections. "
        + "Raise it with ulimit -n, or LimitNOFILE= in a systemd service."
    )
  }

  private func program(_ name: String, needed: String) -> Finding {
    if let path = Environment.path(ofProgram: name) { return finding(name, .ok, text: path) }
    return finding(
      name, .warning, text: "not on the PATH. It is needed \(needed). Install it from the system's packages.")
  }

  private func finding(_ subject: String, _ verdict: Finding.Verdict, text: String) -> Finding {
    Finding(subject: subject, verdict: verdict, text: text)
  }
}
