import App
import Domain
import JSONValues
import Net
import Server
import Synchronization
import TestSupport
import Wire

/// The whole application on any free port, with a data folder and a source root of its own.
final class RunningApp: Sendable {
  let sources = TemporaryFolder()
  let data: TemporaryFolder
  private let hasEnded = Mutex(false)
  let application: Application
  private let server: HTTPServer

  var port: Int { server.port }

  /// Connections that are open now.
  var connectionCount: Int { server.connectionCount }

  init(
    _ options: [String] = [], clock: LoopClock = .monotonic, log: Log = Log(level: .error, sink: { _ in }),
    extra: ExtraRoutes? = nil, features: [Feature] = [], data: TemporaryFolder = TemporaryFolder(),
    identify: @escaping @Sendable (RequestHead) throws -> Caller = { _ in .localAdmin }
  ) throws {
    self.data = data
    let arguments = [
      "--port", "0", "--data", data.path, "--source-root", sources.path, "--threads", "2", "--jobs", "2",
    ]
    application = try Application(
      Configuration(arguments: arguments + options), features: features, log: log)
    server = try application.serve(extra, clock: clock, identify: identify)
  }

  deinit { end() }

  /// Stops it as a signal would, so that another one can have its data folder.
  func end() {
    guard
      !hasEnded.withLock({ hasEnded in
        defer { hasEnded = true }
        return hasEnded
      })
    else { return }
    application.stop()
    server.shutDown(spread: 0, patience: 200)
    application.close()
  }

  func client() throws -> ProbeClient { try ProbeClient(port: port) }

  /// Makes a message visible to everybody who watches.
  func publish(_ message: RealtimeMessage, to topic: Topic) { application.publish(message, to: topic) }

  /// What cursors of this run begin with.
  func epoch() throws -> String {
    let client = try client()
    try client.upgrade("/v1/realtime")
    let ping = try client.nextMessage { $0["type"] == "ping" }
    return ping["payload"]?["cursor"]?.stringValue.map { String($0.prefix { $0 != ":" }) } ?? ""
  }

  /// Posts a job and gives its id.
  func startJob(_ body: JSON) throws -> String {
    let answer = try client().request("POST", "/v1/jobs", json: body)
    guard answer.status == 201, let id = answer.json?["job_id"]?.stringValue else {
      throw ProbeClient.Failure(description: "no job: \(answer.status) \(answer.text)")
    }
    return id
  }

  func extended(_ id: String) throws -> JSON {
    try client().request("GET", "/v1/jobs/\(id)/extended").json ?? .null
  }

  /// Waits until the job has ended, and gives what it became.
  @discardableResult
  func finish(_ id: String) throws -> JSON {
    let hasEnded = try eventually(seconds: 30) {
      ["succeeded", "failed", "cancelled"].contains(try extended(id)["status"]?.stringValue)
    }
    guard hasEnded else { throw ProbeClient.Failure(description: "job \(id) did not end") }
    return try extended(id)
  }
}

/// Clips whose answer is known.
enum Clip {
  /// A y4m video, 64 × 48, of a white square of 12 × 12 that moves 2 pixels a frame over grey.
  static func movingSquare(frames: Int) -> [UInt8] {
    var bytes = Array("YUV4MPEG2 W64 H48 F25:1 Ip A1:1 C420\n".utf8)
    for frame in 0..<frames {
      bytes += Array("FRAME\n".utf8)
      var luma = [UInt8](repeating: 90, count: 64 * 48)
      for y in 18..<30 { for x in 0..<12 { luma[y * 64 + (4 + frame * 2 + x) % 64] = 235 } }
      bytes += luma + [UInt8](repeating: 128, count: 2 * 32 * 24)
    }
    return bytes
  }
}
