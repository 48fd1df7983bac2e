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

  /// The state of a resource: caches keep it, and ask each time whether it is still this one.
  package static func resource(_ object: JSONObject) -> Response { resource(JSON.object(object).encoded()) }

  /// - Parameter text: the encoded JSON.
  static func resource(_ text: [UInt8]) -> Response {
    var response = json(text)
    response.fields["cache-control"] = "no-cache"
    response.fields["etag"] = EntityTag(shortHash(text)).description
    return response
  }

  /// A page with the tag of its content.
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
    let json = try jsonBody(of: head.fields.contentType)
    guard let object = json.objectValue else {
      throw AppError(.unprocessable, "The body must be a JSON object, such as {\"source\": \"clip.y4m\"}.")
    }
    return object
  }

  private func jsonBody(of type: MediaType?) throws(AppError) -> JSON {
    if head.fields.contains("content-type") {
      guard let type, type.isType("application/json"), type.charset ?? "utf-8" == "utf-8" else {
        throw AppError(
          .unsupportedMediaType, "The body must be application/json in UTF-8. Send that Content-Type, once.")
      }
    } else if !body.isEmpty {
      throw AppError(.unsupportedMediaType, "The body has no Content-Type. Send application/json.")
    }
    do {
      return try JSON(parsing: body)
    } catch {
      throw AppError(.invalid, "The body is not valid JSON: \(error)")
    }
  }

  /// Messages about a job: a single one, an array, or one per line.
  /// - Throws: 415 for another content type, 400 for invalid JSON, 422 for an invalid message; both name the message.
  func reportedMessages(job: String) throws(AppError) -> [ReportedMessage] {
    let type = head.fields.contentType
    let isLines = type?.isType("application/x-ndjson") ?? false
    let values = isLines ? try jsonLines() : try jsonBody(of: type).items
    guard values.count <= ReportedMessage.maxMessages else {
      throw AppError(
        .tooLarge,
        "A request may report at most \(ReportedMessage.maxMessages) messages. Send the rest in another request.")
    }
    var messages: [ReportedMessage] = []
    for (index, value) in values.enumerated() {
      do throws(MessageError) {
        messages.append(try ReportedMessage(value, job: job))
      } catch {
        throw AppError(.unprocessable, "Message \(index + 1) of \(values.count) was refused (\(error.code)): \(error)")
      }
    }
    return messages
  }

  /// A body with one JSON value per line; empty lines are ignored.
  private func jsonLines() throws(AppError) -> [JSON] {
    var values: [JSON] = []
    for (index, line) in body.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      let text = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      guard !text.isEmpty else { continue }
      do {
        values.append(try JSON(parsing: Array(text)))
      } catch {
        throw AppError(.invalid, "Line \(index + 1) is not valid JSON: \(error)")
      }
    }
    return values
  }

  /// A query item as a positive number.
  func count(_ name: String, default standard: Int, max: Int) throws(AppError) -> Int {
    guard let text = query(name) else { return standard }
    guard let value = Int(text), (1...max).contains(value), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw AppError(.invalid, "\(name) must be a whole number from 1 to \(max).")
    }
    return value
  }
}

extension JSON {
  /// The elements of an array; any other value as a single item.
  fileprivate var items: [JSON] { arrayValue ?? [self] }
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
