import Domain
import HTML
import JSONValues
import Pages
import Processes
import Realtime
import Server
import Wire

/// The hooks that apply to every request, regardless of its route.
extension Application {
  /// - Parameter identify: names the caller of a request that the access policy lets pass, or refuses it by throwing.
  func hooks(identify: @escaping @Sendable (RequestHead) throws -> Caller) -> ServerHooks {
    let policy = AccessPolicy(
      host: configuration.host, publicURL: configuration.publicURL, allowedOrigins: configuration.allowedOrigins)
    let log = log
    var hooks = ServerHooks(
      identify: { head in
        try policy.check(head)
        return try identify(head)
      },
      commonFields: { head, response in
        let isPage = response.fields.hasPrefix("text/html", in: "content-type")
        // Without Cache-Control, caches may store a response, even a 404 (RFC 9111 §4.2.2), and serve it when stale.
        let isCacheable = response.fields.contains("cache-control")
        var fields =
          isCacheable
          ? isPage ? Self.pageFields : Self.safetyFields : isPage ? Self.unstoredPageFields : Self.unstoredFields
        guard policy.allowsOrigins else { return fields }
        if let origin = policy.corsOrigin(head) { fields.append("access-control-allow-origin", value: origin) }
        // Sent even if the other field is not, or a cache would serve that response to an allowed origin. A list may
        // span several fields (RFC 9110 §5.3), so another Vary field is fine.
        fields.append("vary", value: "origin")
        return fields
      },
      errorResponse: { [self] error, head, id in
        let (known, status) = ErrorBody.error(for: error, requestID: id)
        if known.code == .internal {
          log(.error, "request failed", values: ["request": .string("\(id)"), "cause": .string("\(error)")])
        }
        var response: Response
        if let head, head.fields.acceptsByName("text/html"), !Address.isAPI(head.path) {
          response = .html(ErrorPage(known, requestID: "\(id)", context: pageContext).render(), status)
        } else {
          response = .json(ErrorBody.json(known, status, requestID: id), status)
        }
        if let head, !Address.isAPI(head.path) { response.fields.append("vary", value: "accept") }
        response.fields["x-request-id"] = "\(id)"
        if status == .tooManyRequests || status == .serviceUnavailable { response.fields["retry-after"] = "5" }
        return response
      },
      answered: { head, route, response, id, microseconds in
        log(
          Self.logLevel(response, to: head, after: microseconds), "request",
          values: [
            "request": .string("\(id)"), "method": .string(head?.method.rawValue ?? "-"),
            "route": .string(route ?? "-"), "status": .int(response.status.rawValue),
            "bytes": head?.method == .head ? 0 : response.contentLength.map(JSON.int) ?? .null,
            "ms": microseconds.map { .double(Double($0 / 100) / 10) } ?? .null,
          ])
      })
    hooks.bodyFailed = { error, id in
      log(.error, "response cut off", values: ["request": .string("\(id)"), "cause": .string("\(error)")])
    }
    hooks.closeCodes.stalled = .slowConsumer
    hooks.closeCodes.counted = CloseCode.productCodes
    hooks.exhausted = {
      log(
        .warning, "no file descriptor left",
        values: [
          "limit": .int(OwnProcess.openFileLimit), "hint": "new connections wait; raise the limit of open files",
        ])
    }
    return hooks
  }

  /// The level at which a response is logged. Successful reads would fill the disk; requests that change something, stay
  /// open, fail or take long are useful later.
  private static func logLevel(_ response: Response, to head: RequestHead?, after microseconds: Int?) -> Log.Level {
    guard let head, response.status.rawValue < 500 else { return .warning }
    guard let microseconds, microseconds < slowMicroseconds else { return .info }
    let isRead = head.method == .get || head.method == .head || head.method == .options
    return isRead && (200..<400).contains(response.status.rawValue) ? .debug : .info
  }

  private static let slowMicroseconds = 1_000_000

  private static let safetyFields: HTTPFields = [
    "x-content-type-options": "nosniff", "referrer-policy": "same-origin",
  ]

  private static let unstoredFields = unstored(safetyFields)
  private static let unstoredPageFields = unstored(pageFields)

  private static func unstored(_ fields: HTTPFields) -> HTTPFields {
    var fields = fields
    fields["cache-control"] = "no-store"
    return fields
  }

  private static let pageFields: HTTPFields = [
    "x-content-type-options": "nosniff", "referrer-policy": "same-origin",
    "content-security-policy": contentSecurityPolicy, "cross-origin-opener-policy": "same-origin",
  ]

  /// Only our own scripts, styles and images load; pages connect only to us, and no other site can frame them.
  static let contentSecurityPolicy = [
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:", "connect-src 'self'", "font-src 'self'", "frame-src 'self'", "base-uri 'none'",
    "frame-ancestors 'self'", "form-action 'self'",
  ].joined(separator: "; ")
}
