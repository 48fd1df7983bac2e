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

/// `telltale serve`: runs the dashboard until a signal stops it.
enum ServeCommand {
  static func run(_ arguments: [String]) throws -> Int32 {
    if CommandLineTool.asksForHelp(arguments) {
      Console.print(help)
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

  /// Reads the configuration from the command line, the environment and `telltale.json`.
  static func configuration(_ arguments: [String]) throws -> Configuration {
    try Configuration(
      arguments: arguments, environment: environment(), file: file(), isTerminal: isatty(STDERR_FILENO) == 1)
  }

  /// The content of `telltale.json`; nil if there is none. A file that can't be read is an error, or its settings would
  /// be ignored silently.
  private static func file() throws -> [UInt8]? {
    do throws(FileError) {
      return try FileSystem.read("telltale.json", maxBytes: 1 << 20)
    } catch {
      guard !error.isMissing else { return nil }
      throw UsageError("\(error) It holds the options of this folder's server. Mend it, or remove it.")
    }
  }

  /// Starts a server, prints its URL, and runs it until a signal stops it.
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
    Console.print("Telltale is ready: \(address)")
    stop.wait()
    application.log(.info, "stopping", values: ["hint": "send the signal again to stop at once"])
    let deadline = DispatchTime.now() + .seconds(25)
    let hurry = stop.onNext {
      server.hurry()
      // Don't wait for a plugin that doesn't stop.
      DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(2)) {
        application.close(patience: 1_000)
        application.finishLog()
        exit(0)
      }
    }
    defer { hurry.cancel() }
    // Concurrently: a slow plugin must not delay the message to the clients, or the end of the process.
    let jobs = DispatchGroup()
    DispatchQueue.global().async(group: jobs) { application.stop() }
    server.shutDown(spread: 5_000, patience: 25_000)
    _ = jobs.wait(timeout: deadline)
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

      Each option can also be set as an environment variable (TELLTALE_DATA for --data) or as a key in telltale.json ("data")
      of the folder in which the server is started. An option overrides a variable, which overrides a key.
      """
  }
}

/// Waits for SIGTERM and SIGINT.
private final class StopSignals {
  private let semaphore = DispatchSemaphore(value: 0)
  private let sources: [any DispatchSourceSignal]

  init() {
    let semaphore = semaphore
    signal(SIGPIPE, SIG_IGN)
    // Beyond the file size limit (ulimit -f), a write fails instead of terminating the process.
    signal(SIGXFSZ, SIG_IGN)
    sources = [SIGTERM, SIGINT].map { number in
      signal(number, SIG_IGN)  // otherwise the default action ends the process before the source sees it
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { semaphore.signal() }
      source.resume()
      return source
    }
  }

  func wait() { semaphore.wait() }

  /// Calls `action` on the next signal, unless the returned item is cancelled first.
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
