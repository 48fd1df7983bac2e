import Domain
import JSONValues

/// A client that sends one request at a time and waits for each response: for what a workload needs besides its load.
final class HTTPClient {
  struct Response {
    var status: Int
    var location: String?
    var body: [UInt8]
  }

  private let loop: LoadLoop
  private let target: LoadTarget
  private let reader = ResponseReader()
  private let connection: LoadConnection

  init(loop: LoadLoop, target: LoadTarget) throws {
    self.loop = loop
    self.target = target
    connection = try loop.open(1, to: target, handler: reader) { _ in [] }[0]
  }

  deinit { connection.close() }

  func get(_ path: String) throws -> Response {
    try send(target.request("GET", path: path), path: path, expecting: 200)
  }

  func post(_ body: [UInt8], to path: String, expecting status: Int) throws -> Response {
    try send(target.request("POST", path: path, json: body), path: path, expecting: status)
  }

  /// Creates a job whose messages this process reports.
  /// - Returns: The path to post its messages to.
  func createExternalJob(named name: String) throws -> String {
    let request: JSON = ["kind": "external", "name": .string(name)]
    let response = try post(request.encoded(), to: Address.jobs.description, expecting: 201)
    guard let location = response.location else {
      throw LoadError.refused(url: "\(target)", reason: "the response has no Location")
    }
    return "\(location)/messages"
  }

  /// - Throws: ``LoadError/refused(url:reason:)`` if the response has another status, or none arrives in time.
  private func send(_ request: [UInt8], path: String, expecting status: Int) throws -> Response {
    reader.reset()
    connection.send(request)
    loop.turn(until: SendStamp.now() + Self.timeoutNanoseconds) {
      reader.isComplete || connection.disconnectReason != nil
    }
    guard reader.isComplete, let response = reader.response else {
      let reason = connection.disconnectReason.map { "\($0)" } ?? "no response within 60 s"
      throw LoadError.refused(url: "\(target)", reason: "\(path): \(reason)")
    }
    guard response.status == status else {
      let body = String(decoding: response.body.prefix(300), as: UTF8.self)
      let reason = DisconnectReason.status(response.status)
      throw LoadError.refused(url: "\(target)", reason: "\(path): \(reason): \(body)")
    }
    return response
  }

  private static let timeoutNanoseconds = 60_000_000_000
}

/// Reads one response.
private final class ResponseReader: ConnectionHandler {
  private(set) var response: HTTPClient.Response?
  private var bodyBytes = 0

  var isComplete: Bool { response.map { $0.body.count == bodyBytes } ?? false }

  func reset() { response = nil }

  func opened(_ connection: LoadConnection) {}

  func received(_ bytes: UnsafeRawBufferPointer, at now: Int, on connection: LoadConnection) -> Int {
    var offset = 0
    if response == nil {
      guard let head = ResponseScanner(bytes) else { return 0 }
      offset = head.headBytes
      bodyBytes = head.bodyBytes
      let fields = UnsafeRawBufferPointer(rebasing: bytes[..<offset])
      response = .init(status: head.status, location: ResponseScanner.field("location", in: fields), body: [])
    }
    response?.body += bytes[offset...]
    return bytes.count
  }
}
