import Domain
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

  /// - Parameter text: encoded already.
  static func json(_ text: [UInt8], _ status: HTTPStatus = .ok) -> Response {
    Response(status, fields: jsonFields, body: text)
  }

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
  /// - Throws: 415 for another type, 400 for what is no JSON, 422 for JSON of another shape.
  package func jsonObject() throws(AppError) -> JSONObject {
    let json = try jsonBody()
    guard let object = json.objectValue else {
      throw AppError(.unprocessable, "The body must be a JSON object, such as {\"source\": \"clip.y4m\"}.")
    }
    return object
  }

  private func jsonBody() throws(AppError) -> JSON {
    if head.fields.contains("content-type") {
      guard let type = head.fields.contentType, type.isType("application/json"), type.charset ?? "utf-8" == "utf-8"
      else {
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

  /// Messages about a job: one, an array of them, or one a line.
  /// - Throws: 415 for another type, 400 for what is no JSON, 422 for what is no such message; both name it.
  func reportedMessages(job: String) throws(AppError) -> [ReportedMessage] {
    let isLines = head.fields.contentType?.isType("application/x-ndjson") ?? false
    let values = isLines ? try jsonLines() : try jsonBody().items
    guard values.count <= ReportedMessage.maxMessages else {
      throw AppError(
        .tooLarge, "A request reports \(ReportedMessage.maxMessages) messages at most. Send the rest in another.")
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

  /// A body of lines, each a JSON value; empty lines mean nothing.
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

  /// A query item as a number of items.
  func count(_ name: String, standard: Int, most: Int) throws(AppError) -> Int {
    guard let text = query(name) else { return standard }
    guard let value = Int(text), (1...most).contains(value), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw AppError(.invalid, "\(name) must be a whole number from 1 to \(most).")
    }
    return value
  }
}

extension JSON {
  /// The elements of an array; anything else is its own only item.
  fileprivate var items: [JSON] { arrayValue ?? [self] }
}

/// What an error looks like from outside.
enum ErrorBody {
  /// The application's own words and status; for anything unforeseen a request id, and nothing of its cause.
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
