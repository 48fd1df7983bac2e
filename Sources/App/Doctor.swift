import Domain
import JSONValues
import Jobs
import Net
import Store

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

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
    var status = stat()
    guard stat(folder, &status) == 0 else { return missingDataFolder(because: errno) }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      return finding("data folder", .failure, "\(folder) is no folder. Pass another one with --data.")
    }
    guard access(folder, W_OK | X_OK) == 0 else {
      let reason = String(cString: strerror(errno))
      return finding(
        "data folder", .failure, "\(folder) can't be written: \(reason). Change its rights, or pass --data.")
    }
    return finding("data folder", .ok, "\(folder) can be written")
  }

  private func missingDataFolder(because reason: Int32) -> Finding {
    let folder = configuration.data
    guard reason == ENOENT else {
      let words = String(cString: strerror(reason))
      return finding(
        "data folder", .failure, "\(folder) can't be looked at: \(words). Change the rights above it, or pass --data.")
    }
    let end = folder.utf8.lastIndex(of: UInt8(ascii: "/"))
    let parent = end.map { $0 == folder.startIndex ? "/" : String(folder[..<$0]) } ?? "."
    if access(parent, W_OK | X_OK) == 0 {
      return finding("data folder", .ok, "\(folder) does not exist yet; the server will make it")
    }
    let refusal = errno
    let words = String(cString: strerror(refusal))
    return finding(
      "data folder", .failure,
      refusal == ENOENT
        ? "\(folder) does not exist and can't be made. Make \(parent), or pass --data."
        : "\(folder) can't be made in \(parent): \(words). Change the rights of \(parent), or pass --data.")
  }

  /// Whether files in the folder can be found, where there are any.
  private var canLookIntoFolder: Bool { access(configuration.data, X_OK) == 0 || errno != EACCES }

  private func database(_ survey: Result<Store.Survey, StoreError>) -> Finding {
    guard canLookIntoFolder else {
      return finding("database", .warning, "unknown: \(configuration.data) can't be looked into")
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
    var folder = configuration.data
    if access(folder, F_OK) != 0 { folder = "." }
    guard let free = FileContent.freeFraction(folder) else {
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
    if let path = Files.program(name) { return finding(name, .ok, path) }
    return finding(name, .warning, "not on the PATH: it is needed \(needed). Install it with the system's packages.")
  }

  private func finding(_ subject: String, _ verdict: Finding.Verdict, _ text: String) -> Finding {
    Finding(subject: subject, verdict: verdict, text: text)
  }
}
