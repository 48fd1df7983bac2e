import Domain
import Files
import JSONValues
import Net
import Processes
import Store

/// Looks at the machine as a server with this configuration would find it, and changes nothing.
package struct Doctor {
  /// One thing that was looked at.
  package struct Finding: Sendable {
    package enum Verdict: String, Sendable {
      case ok
      /// It works, with something missing.
      case warning
      /// A server would not start, or not keep what it is given.
      case failure
    }

    package let subject: String
    package let verdict: Verdict
    /// What was found; where it is not well, how to mend it.
    package let text: String

    package var json: JSONObject {
      ["subject": .string(subject), "verdict": .string(verdict.rawValue), "text": .string(text)]
    }
  }

  private let configuration: Configuration

  package init(_ configuration: Configuration) { self.configuration = configuration }

  /// Everything, in the order in which a server would need it.
  package func examine() -> [Finding] {
    let store = Result { () throws(StoreError) in try Store.survey(folder: configuration.data) }
    return [
      dataFolder, database(store), diskSpace, sourceRoot, port(store), openFiles,
      program("ffmpeg", needed: "for videos other than .y4m, and for JPEG pictures"),
      program("git", needed: "by boards, which run agents in branches of their own"),
    ]
  }

  // MARK: The data folder

  private var dataFolder: Finding {
    let folder = configuration.data
    do throws(FileError) {
      try FileSystem.checkFolder(folder, for: .changing)
      return finding("data folder", .ok, "\(folder) can be written")
    } catch let error where error.isMissing {
      return missingDataFolder
    } catch let error where error.cause == .notAFolder {
      return finding("data folder", .failure, "\(folder) is not a folder. Pass another one with --data.")
    } catch {
      return finding(
        "data folder", .failure,
        "\(folder) can't be written: \(error.reason). Change its permissions, or pass --data.")
    }
  }

  private var missingDataFolder: Finding {
    let folder = configuration.data
    let parent = FilePath.parent(of: folder)
    do throws(FileError) {
      try FileSystem.checkFolder(parent, for: .changing)
      return finding("data folder", .ok, "\(folder) does not exist yet; the server will create it")
    } catch let error where error.isMissing {
      return finding(
        "data folder", .failure,
        "\(folder) does not exist and can't be created. Create \(parent), or pass --data.")
    } catch {
      return finding(
        "data folder", .failure,
        "\(folder) can't be created: \(error.reason). Change the permissions of \(parent), or pass --data.")
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
      return finding("database", .warning, "unknown: \(configuration.data) can't be searched")
    }
    switch survey {
    case .failure(let error): return finding("database", .failure, "\(error)")
    case .success(let survey):
      let version = "SQLite \(Store.sqliteVersion)"
      guard let contents = survey.contents else { return finding("database", .ok, "\(version); none there yet") }
      let server = survey.holder.map { "; \($0) serves it" } ?? ""
      return finding(
        "database", .ok, "\(version); \(contents.jobs) jobs, \(contents.messages) messages, undamaged\(server)")
    }
  }

  private var diskSpace: Finding {
    let folder = FileKind(configuration.data) == .missing ? "." : configuration.data
    guard let free = FileSystem.freeFraction(at: folder) else {
      return finding("disk", .warning, "the free space of \(folder) is unknown")
    }
    let percent = Int(free * 100)
    return free > 0.05
      ? finding("disk", .ok, "\(percent)% free")
      : finding("disk", .failure, "\(percent)% free: below 5% a server says it is not ready. Free some space.")
  }

  private var sourceRoot: Finding {
    if let fault = configuration.sourceRootFault { return finding("source root", .failure, fault) }
    return finding("source root", .ok, "\(configuration.sourceRoot) can be read")
  }

  // MARK: The machine

  private func port(_ survey: Result<Store.Survey, StoreError>) -> Finding {
    do {
      let socket = try ListeningSocket(host: configuration.host, port: configuration.port)
      return finding("port", .ok, "\(configuration.host):\(socket.port) is free")
    } catch .addressInUse(let port) {
      if case .success(let survey) = survey, let holder = survey.holder {
        return finding("port", .ok, "\(port) is in use, as is this data folder: by \(holder)")
      }
      return finding("port", .failure, "\(NetError.addressInUse(port: port))")
    } catch {
      return finding("port", .failure, "\(error)")
    }
  }

  private var openFiles: Finding {
    let limit = Configuration.raiseOpenFileLimit()
    let sockets = configuration.maxSockets(openFiles: limit)
    guard sockets < configuration.maxConnections else {
      return finding("open files", .ok, "\(limit), enough for \(sockets) connections")
    }
    return finding(
      "open files", .warning,
      "\(limit): \(sockets) connections of the \(configuration.maxConnections) that are set. Raise it with ulimit -n, or LimitNOFILE= of a systemd service."
    )
  }

  private func program(_ name: String, needed: String) -> Finding {
    if let path = Environment.path(ofProgram: name) { return finding(name, .ok, path) }
    return finding(name, .warning, "not on the PATH: it is needed \(needed). Install it with the system's packages.")
  }

  private func finding(_ subject: String, _ verdict: Finding.Verdict, _ text: String) -> Finding {
    Finding(subject: subject, verdict: verdict, text: text)
  }
}
