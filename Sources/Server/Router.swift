import Wire

/// Takes a request's body piece by piece. Called from one thread at a time, where it may wait for a disk.
package protocol BodySink: Sendable {
  func write(_ bytes: [UInt8]) throws
  /// The body is complete.
  func finish() throws -> Response
  /// It will never be complete: the peer went away, was too slow or sent too much.
  func abandon()
}

/// Who answers a route, and where it runs. The case shows what the handler may do.
package enum Handler: Sendable {
  /// Runs on the event loop: microseconds, and waits for nothing.
  case immediate(@Sendable (Request) throws -> Response)
  /// Runs on a thread where it may wait for files, locks and other threads.
  case blocking(@Sendable (Request) throws -> Response)
  /// Is given the body as it comes, up to a number of bytes.
  case upload(limit: Int, @Sendable (Request) throws -> any BodySink)
  /// Becomes a WebSocket or a stream of events: the loop's ``StreamService`` answers.
  case stream
}

/// One method and path, and who answers it.
package struct Route: Sendable {
  package let method: HTTPMethod
  /// As in `/v1/jobs/{id}/frames/{name}`: a part in braces matches one non-empty piece of the path.
  package let pattern: String
  package let bodyLimit: Int
  package let handler: Handler
  package let whileDraining: WhileDraining
  /// Its place among the routes of its router; nil before it has one.
  let number: Int?

  /// What becomes of a request that comes while the server stops.
  package enum WhileDraining: Sendable {
    /// 503, and come back later.
    case refused
    /// As always: for those who watch it stop.
    case answered
  }

  /// - Parameter bodyLimit: the most bytes of a body that are taken. A route that needs none lets a small one pass.
  package init(
    _ method: HTTPMethod, _ pattern: String, bodyLimit: Int = 64 * 1024, whileDraining: WhileDraining = .refused,
    _ handler: Handler
  ) {
    self.method = method
    self.pattern = pattern
    self.bodyLimit = bodyLimit
    self.whileDraining = whileDraining
    number = nil
    self.handler = handler
  }

  fileprivate init(_ route: Route, number: Int) {
    method = route.method
    pattern = route.pattern
    bodyLimit = route.bodyLimit
    handler = route.handler
    whileDraining = route.whileDraining
    self.number = number
  }

  /// The answer to `OPTIONS *`, and to OPTIONS on a path that has no route of its own for it.
  static func options(_ allowed: [HTTPMethod]) -> Route {
    let allow = allowed.map(\.rawValue).joined(separator: ", ")
    return Route(.options, "*", .immediate { _ in Response(.noContent, fields: ["allow": allow]) })
  }
}

/// Finds the route of a request: a tree of path pieces, so that the cost is the path's length and not the number of routes.
package struct Router: Sendable {
  package enum Match: Sendable {
    case found(Route, parameters: [String: String])
    /// The path exists, the method doesn't.
    case wrongMethod(allowed: [HTTPMethod])
    case notFound
  }

  private final class Node: Sendable {
    let pieces: [Substring: Node]
    /// For a piece that has no entry of its own; routes may name it differently.
    let variable: Node?
    let routes: [Route]

    init(_ entries: [(pieces: ArraySlice<Substring>, route: Route)]) {
      routes = entries.filter(\.pieces.isEmpty).map(\.route)
      let deeper = Dictionary(grouping: entries.filter { !$0.pieces.isEmpty }) { entry in
        let piece = entry.pieces.first!  // not empty
        return piece.hasPrefix("{") ? "{}" : piece
      }.mapValues { group in Node(group.map { ($0.pieces.dropFirst(), $0.route) }) }
      variable = deeper["{}"]
      pieces = deeper.filter { $0.key != "{}" }
    }
  }

  /// In the order of their numbers.
  let routes: [Route]
  private let root: Node

  package init(_ routes: [Route]) {
    let routes = routes.enumerated().map { Route($0.element, number: $0.offset) }
    self.routes = routes
    root = Node(routes.map { (Self.split($0.pattern)[...], $0) })
  }

  /// A HEAD finds the route of GET.
  package func match(_ method: HTTPMethod, path: String) -> Match {
    var node = root
    let pieces = Self.split(path)
    for piece in pieces {
      guard let next = node.pieces[piece] ?? (piece.isEmpty ? nil : node.variable) else { return .notFound }
      node = next
    }
    let wanted: HTTPMethod = method == .head ? .get : method
    if let route = node.routes.first(where: { $0.method == wanted }) {
      return .found(route, parameters: Self.parameters(route.pattern, pieces))
    }
    guard !node.routes.isEmpty else { return .notFound }
    let allowed = node.routes.map(\.method)
    return .wrongMethod(allowed: allowed + (allowed.contains(.get) ? [.head] : []) + [.options])
  }

  private static func parameters(_ pattern: String, _ pieces: [Substring]) -> [String: String] {
    guard pattern.utf8.contains(UInt8(ascii: "{")) else { return [:] }
    return zip(split(pattern), pieces).reduce(into: [:]) { parameters, pair in
      if pair.0.hasPrefix("{") { parameters[String(pair.0.dropFirst().dropLast())] = String(pair.1) }
    }
  }

  private static func split(_ path: String) -> [Substring] {
    path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
  }
}
