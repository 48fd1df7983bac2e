import Domain
import Wire

/// A request as a handler gets it: the head, the caller, and the whole body if the route collects one.
package struct Request: Sendable {
  package let head: RequestHead
  package internal(set) var body: [UInt8]
  /// The client, which has the role and the capability that the route needs.
  package let caller: Caller
  /// The path's variable parts, by the names in the route's pattern.
  package let parameters: [String: String]
  package let id: RequestID

  init(head: RequestHead, body: [UInt8] = [], caller: Caller, parameters: [String: String], id: RequestID) {
    self.head = head
    self.body = body
    self.caller = caller
    self.parameters = parameters
    self.id = id
  }

  /// The first value of a query item.
  package func query(_ name: String) -> String? { head.query[name] }
}

/// Names a request in the log and in an error's body. Unique as long as the process lives, and unlikely to be another's.
package struct RequestID: Sendable, CustomStringConvertible {
  let process: UInt32
  let loop: Int
  let number: Int

  package var description: String {
    "\(String(process, radix: 36))-\(String(loop, radix: 36))-\(String(number, radix: 36))"
  }
}

/// What a handler answers.
package struct Response: Sendable {
  package var status: HTTPStatus
  package var fields: HTTPFields
  package var body: [UInt8]

  package init(_ status: HTTPStatus = .ok, fields: HTTPFields = HTTPFields(), body: [UInt8] = []) {
    self.status = status
    self.fields = fields
    self.body = body
  }

  package init(_ status: HTTPStatus = .ok, contentType: String, body: [UInt8]) {
    self.init(status, fields: ["content-type": contentType], body: body)
  }
}
