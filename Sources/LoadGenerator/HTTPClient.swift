import JSONValues

/// A client that asks for one thing after the other and waits for each answer: what a workload needs besides its load.
final class HTTPAsker {
  struct Answer {
    var status: Int
    var location: String?
    var body: [UInt8]
  }

  private let loop: LoadLoop
  private let target: LoadTarget
  private let talk = AnswerTalk()
  private let connection: LoadConnection

  init(_ loop: LoadLoop, _ target: LoadTarget) throws {
    self.loop = loop
    self.target = target
    connection = try loop.open(1, to: target, speaking: talk) { _ in [] }[0]
  }

  deinit { connection.close() }

  func get(_ path: String) throws -> Answer { try ask(target.request("GET", path), path, expecting: 200) }

  func post(_ path: String, _ body: [UInt8], expecting status: Int) throws -> Answer {
    try ask(target.request("POST", path, json: body), path, expecting: status)
  }

  /// Makes a job that is reported from outside.
  /// - Returns: the path that its messages are posted to.
  func makeJob(_ name: String) throws -> String {
    let wish: JSON = ["kind": "external", "name": .string(name)]
    let answer = try post("/v1/jobs", wish.encoded(), expecting: 201)
    guard let location = answer.location else { throw LoadError.refused(url: "\(target)", reason: "it names no job") }
    return "\(location)/messages"
  }

  /// - Throws: ``LoadError/refused(url:reason:)`` where another answer or none comes.
  private func ask(_ request: [UInt8], _ path: String, expecting status: Int) throws -> Answer {
    talk.forget()
    connection.send(request)
    loop.turn(until: SendStamp.now() + Self.patience) { talk.isComplete || connection.ending != nil }
    guard talk.isComplete, let answer = talk.answer else {
      let reason = connection.ending.map { "\($0)" } ?? "no answer within 60 s"
      throw LoadError.refused(url: "\(target)", reason: "\(path): \(reason)")
    }
    guard answer.status == status else {
      let words = String(decoding: answer.body.prefix(300), as: UTF8.self)
      throw LoadError.refused(url: "\(target)", reason: "\(path): \(Ending.status(answer.status)): \(words)")
    }
    return answer
  }

  /// Nanoseconds.
  private static let patience = 60_000_000_000
}

/// Hears one answer.
private final class AnswerTalk: Talk {
  private(set) var answer: HTTPAsker.Answer?
  private var bodyBytes = 0

  var isComplete: Bool { answer.map { $0.body.count == bodyBytes } ?? false }

  func forget() { answer = nil }

  func opened(_ connection: LoadConnection) {}

  func received(_ bytes: UnsafeRawBufferPointer, at now: Int, _ connection: LoadConnection) -> Int {
    var offset = 0
    if answer == nil {
      guard let head = ResponseScanner(bytes) else { return 0 }
      offset = head.headBytes
      bodyBytes = head.bodyBytes
      let fields = UnsafeRawBufferPointer(rebasing: bytes[..<offset])
      answer = .init(status: head.status, location: ResponseScanner.field("location", fields), body: [])
    }
    answer?.body += bytes[offset...]
    return bytes.count
  }
}
