import Domain
import Wire

/// Checks the conditions of requests that change something (RFC 9110 §13) against what a GET of the same target answers, so
/// that no route has to do it.
struct RequestConditions: Sendable {
  let router: Router

  /// Called off the loops, and only for a request that has conditions.
  /// - Throws: ``ServerError/preconditionFailed``, or why the state can't be read.
  func check(_ request: Request) async throws {
    guard case .found(let route, let parameters) = router.match(.get, path: request.head.pathBytes) else {
      // A target without a representation, such as an action.
      return try request.head.checkConditions(current: nil)
    }
    try route.authorize(request.caller)
    let read = Request(head: request.head, caller: request.caller, parameters: parameters, id: request.id)
    let current: Response
    do {
      switch route.handler {
      case .immediate(let handler): current = try handler(read)
      case .deferred(let handler), .started(_, let handler): current = try await handler(read)
      case .upload, .stream: return try request.head.checkConditions(current: nil)
      }
    } catch  where Self.isMissing(error) && request.head.method != .put {
      // The request would fail without its conditions too, so they are ignored (RFC 9110 §13.2.1).
      return
    } catch  where Self.isMissing(error) {
      return try request.head.checkConditions(current: nil)
    }
    // A page of an error stands for a target that doesn't exist.
    let exists = current.status == .ok
    try request.head.checkConditions(current: exists ? current.validators(for: request.head) : nil)
  }

  private static func isMissing(_ error: any Error) -> Bool {
    switch error {
    case let error as AppError: error.code == .notFound
    case ServerError.notFound: true
    default: false
    }
  }
}
