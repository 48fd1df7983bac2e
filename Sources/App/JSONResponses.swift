import Domain
import Hashing
import JSONValues
import Jobs
import Server
import Store
import Wire

extension Response {
  private static let jsonFields: HTTPFields = ["content-type": "application/json; charset=utf-8"]

  package static func json(_ object: JSONObject, _ status: HTTPStatus = .ok) -> Response {
    json(JSON.object(object).encoded(), status)
  }

  /// - Parameter text: the encoded JSON.
  static func json(_ text: [UInt8], _ status: HTTPStatus = .ok) -> Response {
    Response(status, fields: jsonFields, body: text)
  }

  /// The state of a resource. Caches may store it, and revalidate it before each use.
  package static func resource(_ object: JSONObject) -> Response { resource(JSON.object(object).encoded()) }

  /// - Parameter text: the encoded JSON.
  static func resource(_ text: [UInt8]) -> Response {
    var response = json(text)
    response.fields["cache-control"] = "no-cache"
    response.fields["etag"] = EntityTag(shortHash(text)).description
    return response
  }

  /// A page with an entity tag derived from its content.
  package static func page(_ html: [UInt8]) -> Response {
    var response = Response.html(html)
    response.coding = .compressed
    response.fields["etag"] = EntityTag(shortHash(html), isWeak: true).description
    response.fields["vary"] = "accept-encoding"
    return response
  }

  private static func shortHash(_ bytes: [UInt8]) -> String { String(hex(SHA256.hash(bytes)).prefix(16)) }

  private static let htmlFields: HTTPFields = [
    "content-type": "text/html; charset=utf-8", "cache-control": "no-cache",
  ]

  package static func html(_ page: [UInt8], _ status: HTTPStatus = .ok) -> Response {
    Response(status, fields: htmlFields, body: page)
  }

  package static func redirect(to address: Address) -> Response {
    Response(.seeOther, fields: ["location": address.description])
  }
}

extension Request {
  /// The body as a JSON object.
  /// - Throws: 415 for another content type, 400 for invalid JSON, 422 for JSON of another shape.
  package func jsonObject() throws(AppError) -> JSONObject {
    let json = try jsonBody()
    guard let object = json.objectValue else {
      throw AppError(
        .unprocessable,
        "The body is \(json.kind). It must be a JSON object, such as {\"source\": \"upload:sample.y4m\"}.")
    }
    return object
  }

  private func jsonBody() throws(AppError) -> JSON {
    _ = try contentType(among: ["application/json"], advice: "JSON with Content-Type: application/json")
    return try json(body[...])
  }

  /// The body's media type; nil for an empty body without one, which has an error message of its own.
  /// - Parameter advice: what to send, and with which type, in the words of the error.
  private func contentType(
    among types: [String], advice: @autoclosure () -> String
  ) throws(AppError) -> MediaType? {
    guard head.fields.contains("content-type") || !body.isEmpty else { return nil }
    if let type = head.fields.contentType, type.charset ?? "utf-8" == "utf-8", types.contains(where: type.isType) {
      return type
    }
    let given = head.fields["content-type"].map { "The Content-Type is \"\($0.prefix(100))\"." }
    throw AppError(
      .unsupportedMediaType, "\(given ?? "The body has no Content-Type.") Send \(advice()), once, and in UTF-8.")
  }

  /// - Parameter line: the number of the line, if the body is parsed line by line.
  private func json(_ text: ArraySlice<UInt8>, line: Int? = nil) throws(AppError) -> JSON {
    do {
      return try JSON(parsing: text)
    } catch {
      var error = error
      if let line { error.line = line }
      throw AppError(.invalid, error.description(of: "The body"))
    }
  }

  /// Messages about a job: a single one, an array, or one per line.
  /// - Throws: 415 for another content type, 400 for invalid JSON, 422 for an invalid message; both name the message.
  func reportedMessages(job: String) throws(AppError) -> [ReportedMessage] {
    var values = try hasLines() ? jsonLines(limit: ReportedMessage.maxMessages) : BodyValues(json(body[...]))
    let count = values.json.count
    guard count <= ReportedMessage.maxMessages else { throw Self.tooManyMessages }
    var messages: [ReportedMessage] = []
    messages.reserveCapacity(count)
    for index in 0..<count {
      do throws(MessageError) {
        // Taken out, so that the message alone owns its payload, and can change it in place.
        messages.append(try ReportedMessage(exchange(&values.json[index], with: .null), job: job))
      } catch {
        let place = values.lines.map { "in line \($0[index])" } ?? "\(index + 1) of \(count)"
        throw AppError(.unprocessable, "Message \(place) was refused (\(error.code)): \(error)")
      }
    }
    return messages
  }

  /// Whether the body is parsed line by line.
  /// - Throws: 415 for a content type that messages don't have.
  private func hasLines() throws(AppError) -> Bool {
    if head.fields.hasOnly("application/json", in: "content-type") { return false }
    let type = try contentType(
      among: ["application/json", "application/x-ndjson"],
      advice: "a message or an array of messages with Content-Type: application/json, or a message on each line with "
        + "Content-Type: application/x-ndjson")
    return type?.isType("application/x-ndjson") ?? false
  }

  /// The values in a body, and the number of each one's line if it is parsed line by line.
  private struct BodyValues {
    var json: [JSON]
    var lines: [Int]?

    /// The elements of an array; any other value by itself.
    init(_ value: JSON) { json = value.arrayValue ?? [value] }

    init(json: [JSON], lines: [Int]) { (self.json, self.lines) = (json, lines) }
  }

  private static let tooManyMessages = AppError(
    .tooLarge,
    "A request may report at most \(ReportedMessage.maxMessages) messages, and this one has more. Send the rest in "
      + "another request.")

  /// A body with one JSON value per line; empty lines are ignored.
  /// - Throws: ``AppError``, also at the first value beyond the limit: a body of a megabyte may have half a million.
  private func jsonLines(limit: Int) throws(AppError) -> BodyValues {
    var (values, lines) = ([JSON](), [Int]())
    var rest = body[...]
    var number = 0
    while !rest.isEmpty {
      number += 1
      let line = rest.prefix { $0 != UInt8(ascii: "\n") }
      rest = rest[line.endIndex...].dropFirst()
      let text = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      guard !text.isEmpty else { continue }
      guard values.count < limit else { throw Self.tooManyMessages }
      values.append(try json(text, line: number))
      lines.append(number)
    }
    return BodyValues(json: values, lines: lines)
  }

  /// A query item as a positive number.
  func count(_ name: String, default standard: Int, max: Int) throws(AppError) -> Int {
    guard let text = query(name) else { return standard }
    guard let value = Int(text), (1...max).contains(value), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw AppError(
        .invalid, "\(name) must be a whole number from 1 to \(max), such as \(standard), not \"\(text.prefix(100))\".")
    }
    return value
  }
}

/// The error responses of the API.
enum ErrorBody {
  /// The error and its status for the client. An unexpected error only has the request id, and no cause.
  static func error(for error: any Error, requestID: RequestID) -> (AppError, HTTPStatus) {
    switch error {
    case let error as AppError: return (error, HTTPStatus(rawValue: error.status))
    case let error as StoreError: return (error.appError, HTTPStatus(rawValue: error.appError.status))
    case let error as ServerError:
      let code: AppError.Code =
        switch error {
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .bodyTooLarge: .tooLarge
        case .bodyTooSlow, .headTooSlow: .invalid
        case .draining: .unavailable
        case .upgradeRequired: .upgradeRequired
        case .preconditionFailed: .preconditionFailed
        case .rangeNotSatisfiable: .rangeNotSatisfiable
        case .notAcceptable: .notAcceptable
        case .codedBody: .unsupportedMediaType
        }
      return (AppError(code, error.description), error.status)
    case let error as WireError where error.statusHint != .internalServerError:
      return (AppError(.invalid, error.description), error.statusHint)
    default: break
    }
    return (AppError(.internal, "Internal error. The log has more under request \(requestID)."), .internalServerError)
  }

  static func json(_ error: AppError, _ status: HTTPStatus, requestID: RequestID) -> JSONObject {
    var body: JSONObject = [
      "detail": .string(error.message), "status_code": .int(status.rawValue), "code": .string(error.code.rawValue),
    ]
    body["field"] = error.field.map(JSON.string)
    if error.code == .internal { body["request_id"] = .string("\(requestID)") }
    return body
  }
}
