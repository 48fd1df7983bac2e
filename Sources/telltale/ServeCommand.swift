import App
import Dispatch
import Domain
import Files
import Processes
import Server

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `telltale serve`: the dashboard, until somebody ends it.
enum ServeCommand {
  static func run(_ arguments: [String]) throws -> Int32 {
    if arguments.contains("--help") {
      Terminal.say(help)
      return 0
    }
    let configuration = try configuration(arguments)
    let socket = try configuration.listen()
    let address = configuration.address(port: socket.port)
    let application = try Application(configuration, address: address)
    return try serve(application, at: address) {
      let server = try application.serve(on: socket)
      if configuration.demo { try application.startSampleJob() }
      return server
    }
  }

  /// The settings of a command line, the environment and `telltale.json`.
  static func configuration(_ arguments: [String]) throws -> Configuration {
    try Configuration(
      arguments: arguments, environment: environment(),
      file: try? FileSystem.read("telltale.json", maxBytes: 1 << 20),
      isTerminal: isatty(STDERR_FILENO) == 1)
  }

  /// Starts a server, says its URL, and serves until a signal ends it.
  static func serve(
    _ application: Application, at address: String, start: () throws -> HTTPServer
  ) throws -> Int32 {
    let stop = StopSignals()
    let server: HTTPServer
    do {
      server = try start()
    } catch {
      application.close(patience: 1_000)
      throw error
    }
    Terminal.say("Telltale is ready: \(address)")
    stop.wait()
    application.log(.info, "stopping", ["hint": "once more to hurry"])
    let end = DispatchTime.now() + .seconds(25)
    let hurry = stop.onNext {
      server.hurry()
      // A plugin that does not end is not waited for.
      DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(2)) {
        application.close(patience: 1_000)
        application.finishLog()
        exit(0)
      }
    }
    defer { hurry.cancel() }
    // Side by side: a plugin that takes long must not keep clients from being told, nor the process from ending.
    let jobs = DispatchGroup()
    DispatchQueue.global().async(group: jobs) { application.stop() }
    server.shutDown(spread: 5_000, patience: 25_000)
    _ = jobs.wait(timeout: end)
    application.close(patience: 3_000)
    application.log(.info, "stopped")
    application.finishLog()
    return 0
  }

  private static func environment() -> [String: String] {
    Environment.values(Configuration.options.map(\.environmentName))
  }

  private static var help: String {
    let list = Configuration.options.map { option in
      "  \("--\(option.name) \(option.placeholder ?? "")".padded(to: 40)) \(option.help)"
    }
    return """
      Usage: telltale serve [OPTIONS]

      \(list.joined(separator: "\n"))

      Each option is also an environment variable (--data is TELLTALE_DATA) and a key of telltale.json ("data").
      """
  }
}

/// SIGTERM and SIGINT as something to wait for.
private final class StopSignals {
  private let semaphore = DispatchSemaphore(value: 0)
  private let sources: [any DispatchSourceSignal]

  init() {
    let semaphore = semaphore
    signal(SIGPIPE, SIG_IGN)
    // A file that may not grow further (ulimit -f) is an error of that write, not the end of the process.
    signal(SIGXFSZ, SIG_IGN)
    sources = [SIGTERM, SIGINT].map { number in
      signal(number, SIG_IGN)  // the source sees it; by default it would end the process first
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { semaphore.signal() }
      source.resume()
      return source
    }
  }

  func wait() { semaphore.wait() }

  /// Calls `action` when another signal comes, unless cancelled before.
  func onNext(_ action: @escaping @Sendable () -> Void) -> DispatchWorkItem {
    let semaphore = semaphore
    let item = DispatchWorkItem {
      semaphore.wait()
      action()
    }
    DispatchQueue.global().async(execute: item)
    return item
  }
}
