import Domain
import Net
import Wire

/// A request as a handler gets it: the head, the caller, and the whole body if the route collects one.
package struct Request: Sendable {
  package let head: RequestHead
  package let body: [UInt8]
  /// The client, which has the role and the capability that the route needs.
  package let caller: Caller
  /// The path's variable pieces, by the names in the route's pattern.
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

/// Identifies a request in the log and in an error's body. Unique within the process, and unlikely to occur in another.
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
  package var body: Body
  package var coding = Coding.asIs

  /// When the body is sent with gzip (RFC 9110 §12.5.3).
  package enum Coding: Sendable {
    /// Only if the client refuses an unencoded body.
    case asIs
    /// If the client prefers gzip and the body is long enough to benefit. Compressed for each response.
    case compressed
    /// If the client prefers gzip. The body is compressed already.
    case alternative(gzip: [UInt8])
  }

  package enum Body: Sendable, ExpressibleByArrayLiteral {
    case bytes([UInt8])
    /// Sent from the file, which is never in memory as a whole.
    case file(FileBody)
    /// Sent while it is produced, and produced no faster than the peer reads.
    case stream(StreamBody)

    package init(arrayLiteral elements: UInt8...) { self = .bytes(elements) }
  }

  package init(_ status: HTTPStatus = .ok, fields: HTTPFields = HTTPFields(), body: Body = .bytes([])) {
    self.status = status
    self.fields = fields
    self.body = body
  }

  package init(_ status: HTTPStatus = .ok, fields: HTTPFields = HTTPFields(), body: [UInt8]) {
    self.init(status, fields: fields, body: .bytes(body))
  }

  package init(_ status: HTTPStatus = .ok, contentType: String, body: Body) {
    self.init(status, fields: ["content-type": contentType], body: body)
  }

  package init(_ status: HTTPStatus = .ok, contentType: String, body: [UInt8]) {
    self.init(status, contentType: contentType, body: .bytes(body))
  }

  /// The body's bytes; nil for a stream, whose length isn't known at its head.
  package var contentLength: Int? {
    switch body {
    case .bytes(let bytes): bytes.count
    case .file(let file): file.range.count
    case .stream: nil
    }
  }
}

/// A file, or a part of it, as a body.
package struct FileBody: Sendable {
  let file: OutgoingFile
  /// The offsets to send.
  let range: Range<Int>

  /// - Throws: ``NetError/cannotOpen(path:reason:)``.
  package init(path: String) throws(NetError) {
    file = try OutgoingFile(path: path)
    range = 0..<file.size
  }

  private init(file: OutgoingFile, range: Range<Int>) {
    self.file = file
    self.range = range
  }

  /// Bytes to send.
  package var count: Int { range.count }

  /// - Parameter part: within this one.
  func part(_ part: Range<Int>) -> FileBody {
    FileBody(file: file, range: range.lowerBound + part.lowerBound..<range.lowerBound + part.upperBound)
  }
}
