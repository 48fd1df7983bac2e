/// An error for a client: a sentence that a person can act on, and a code for programs.
///
/// Features throw it; the edge turns it into the error body of the API. Every other error becomes ``Code/internal`` there.
package struct AppError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Code: String, Sendable, CaseIterable {
    case invalid = "INVALID_REQUEST"
    case unauthorized = "UNAUTHORIZED"
    case forbidden = "FORBIDDEN"
    case notFound = "NOT_FOUND"
    case methodNotAllowed = "METHOD_NOT_ALLOWED"
    case notAcceptable = "NOT_ACCEPTABLE"
    case conflict = "CONFLICT"
    case preconditionFailed = "PRECONDITION_FAILED"
    case tooLarge = "TOO_LARGE"
    case unsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE"
    case rangeNotSatisfiable = "RANGE_NOT_SATISFIABLE"
    case misdirected = "MISDIRECTED_REQUEST"
    case unprocessable = "UNPROCESSABLE"
    case upgradeRequired = "UPGRADE_REQUIRED"
    case tooManyConnections = "TOO_MANY_CONNECTIONS"
    case rateLimited = "RATE_LIMITED"
    case `internal` = "INTERNAL"
    case unavailable = "UNAVAILABLE"
    case storageFull = "STORAGE_FULL"
    /// Nothing can be stored, although there may be room.
    case storageUnavailable = "STORAGE_UNAVAILABLE"
  }

  package var code: Code
  /// A sentence: what happened, with which value, and what to do.
  package var message: String
  /// The field of the request that is wrong, by its JSON name, such as `plugins` or `options.pace`.
  package var field: String?

  package init(_ code: Code, _ message: String, field: String? = nil) {
    self.code = code
    self.message = message
    self.field = field
  }

  package var description: String { message }

  /// The HTTP status that goes with the code.
  package var status: Int {
    switch code {
    case .invalid: 400
    case .unauthorized: 401
    case .forbidden: 403
    case .notFound: 404
    case .methodNotAllowed: 405
    case .notAcceptable: 406
    case .conflict: 409
    case .preconditionFailed: 412
    case .tooLarge: 413
    case .unsupportedMediaType: 415
    case .rangeNotSatisfiable: 416
    case .misdirected: 421
    case .unprocessable: 422
    case .upgradeRequired: 426
    case .tooManyConnections, .rateLimited: 429
    case .internal: 500
    case .unavailable: 503
    case .storageFull, .storageUnavailable: 507
    }
  }
}
