import Domain
import Wire

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Receives a request's body piece by piece. Called on one thread at a time, which may block on a disk.
package protocol BodySink: Sendable {
  func write(_ bytes: [UInt8]) throws
  /// The body is complete.
  func finish() throws -> Response
  /// The body will never be complete: the peer disconnected, was too slow or sent too much.
  func abandon()
}

/// Sends the answer to a request. Callable once, from any thread.
package typealias Answer = @Sendable (Result<Response, any Error>) -> Void

/// How a route answers. The case decides on which thread the handler runs.
package enum Handler: Sendable {
  /// Runs on the event loop: it takes microseconds and never blocks.
  case immediate(@Sendable (Request) throws -> Response)
  /// Runs off the loop, on an executor of the server: it may block on files, locks and other threads, and it holds no
  /// thread while it awaits. Its task is cancelled when the connection closes.
  case deferred(@Sendable (Request) async throws -> Response)
  /// Starts on the event loop and answers later from any thread, without a task and a thread of its own in between. The
  /// first handler takes microseconds and never blocks. What it can't start so, it leaves to the second one by returning
  /// false; that one runs like a deferred handler.
  case started(
    @Sendable (Request, _ answer: @escaping Answer) throws -> Bool,
    otherwise: @Sendable (Request) async throws -> Response)
  /// Gets the body piece by piece, up to a number of bytes.
  case upload(limit: Int, @Sendable (Request) throws -> any BodySink)
  /// Becomes a WebSocket or an event stream, opened by the loop's ``StreamService``.
  case stream
}

/// One method and path, its callers and its handler. A class, so that a request retains it with one count.
package final class Route: Sendable {
  package let method: HTTPMethod
  /// For example `/v1/jobs/{id}/frames/{name}`: a name in braces matches one non-empty piece of the path.
  package let pattern: String
  /// The least role of a caller.
  package let role: Role
  /// The permissions that the caller also needs.
  package let capabilities: Capabilities
  package let bodyLimit: Int
  package let handler: Handler
  /// The names in braces, and which piece of the path each matches.
  fileprivate let variables: [(piece: Int, name: String)]
  package let whileDraining: WhileDraining
  /// Whether a request gets another answer than 503 while the server stops. A stream's client is told to reconnect.
  var isAnsweredWhileDraining: Bool {
    if case .stream = handler { true } else { whileDraining == .answered }
  }

  /// Its index in the routes of its router; nil outside one.
  let number: Int?

  /// What happens to a request that arrives while the server stops.
  package enum WhileDraining: Sendable {
    /// It is answered with 503.
    case refused
    /// It is answered as usual, for monitoring.
    case answered
  }

  /// - Parameters:
  ///   - role: has no default, so that no route is open to all by oversight.
  ///   - bodyLimit: in bytes. A route that ignores its body accepts a small one.
  package init(
    _ method: HTTPMethod, _ pattern: String, role: Role, capabilities: Capabilities = [], bodyLimit: Int = 64 * 1024,
    whileDraining: WhileDraining = .refused, _ handler: Handler
  ) {
    self.method = method
    self.pattern = pattern
    self.role = role
    self.capabilities = capabilities
    self.bodyLimit = bodyLimit
    self.whileDraining = whileDraining
    number = nil
    self.handler = handler
    variables = pattern.dropFirst().split(separator: "/", omittingEmptySubsequences: false).enumerated()
      .filter { $0.element.hasPrefix("{") }.map { ($0.offset, String($0.element.dropFirst().dropLast())) }
  }

  /// A route of the product.
  package convenience init(
    _ method: HTTPMethod, _ pattern: Address.Pattern, role: Role, capabilities: Capabilities = [],
    bodyLimit: Int = 64 * 1024, whileDraining: WhileDraining = .refused, _ handler: Handler
  ) {
    self.init(
      method, pattern.rawValue, role: role, capabilities: capabilities, bodyLimit: bodyLimit,
      whileDraining: whileDraining, handler)
  }

  fileprivate init(_ route: Route, number: Int) {
    method = route.method
    pattern = route.pattern
    role = route.role
    capabilities = route.capabilities
    bodyLimit = route.bodyLimit
    handler = route.handler
    whileDraining = route.whileDraining
    variables = route.variables
    self.number = number
  }

  /// Refuses a caller who lacks the role or a capability.
  /// - Throws: ``AppError`` with the code `forbidden`.
  func authorize(_ caller: Caller) throws(AppError) {
    try caller.require(role)
    try caller.require(capabilities)
  }

  /// The answer to `OPTIONS *`, and to OPTIONS on a path without a route of its own for it.
  static func options(_ allowed: [HTTPMethod]) -> Route {
    let allow = allowed.map(\.rawValue).joined(separator: ", ")
    return Route(.options, "*", role: .viewer, .immediate { _ in Response(.noContent, fields: ["allow": allow]) })
  }
}

/// Finds the route of a request in a tree of path pieces: the cost is the path's length, not the number of routes.
/// It compares bytes, and makes strings of the variable pieces only.
package struct Router: Sendable {
  package enum Match: Sendable {
    case found(Route, parameters: [String: String])
    /// The path exists, the method doesn't.
    case wrongMethod(allowed: [HTTPMethod])
    case notFound
  }

  private final class Node: Sendable {
    /// The pieces that lead to a child, their lengths, which a search looks at first, and the children.
    let pieces: [[UInt8]]
    let lengths: [Int]
    let children: [Node]
    /// Matches a piece without an entry of its own. Routes may give it different names.
    let variable: Node?
    let routes: [Route]

    init(_ entries: [(pieces: ArraySlice<Substring>, route: Route)]) {
      routes = entries.filter(\.pieces.isEmpty).map(\.route)
      let deeper = Dictionary(grouping: entries.filter { !$0.pieces.isEmpty }) { entry in
        let piece = entry.pieces.first!  // not empty
        return piece.hasPrefix("{") ? "{}" : piece
      }.mapValues { group in Node(group.map { ($0.pieces.dropFirst(), $0.route) }) }
      variable = deeper["{}"]
      let fixed = deeper.filter { $0.key != "{}" }
      pieces = fixed.keys.map { Array($0.utf8) }
      lengths = pieces.map(\.count)
      children = Array(fixed.values)
    }

    func next(_ piece: UnsafeRawBufferPointer) -> Node? {
      for index in lengths.indices where lengths[index] == piece.count {
        let isEqual = pieces[index].withUnsafeBytes { name in
          name.isEmpty || memcmp(name.baseAddress!, piece.baseAddress!, name.count) == 0  // not empty
        }
        if isEqual { return children[index] }
      }
      return piece.isEmpty ? nil : variable
    }
  }

  /// By number.
  let routes: [Route]
  private let root: Node

  package init(_ routes: [Route]) {
    let routes = routes.enumerated().map { Route($0.element, number: $0.offset) }
    self.routes = routes
    root = Node(
      routes.map { ($0.pattern.dropFirst().split(separator: "/", omittingEmptySubsequences: false)[...], $0) })
  }

  /// Finds the route for a request. HEAD has the route of GET.
  /// - Parameter path: percent-decoded, from its first slash.
  package func match(_ method: HTTPMethod, path: ArraySlice<UInt8>) -> Match {
    path.withUnsafeBytes { match(method, $0) }
  }

  private func match(_ method: HTTPMethod, _ path: UnsafeRawBufferPointer) -> Match {
    var node = root
    var rest = PathPieces(path)
    while let piece = rest.next() {
      guard let next = node.next(piece) else { return .notFound }
      node = next
    }
    let wanted: HTTPMethod = method == .head ? .get : method
    for route in node.routes where route.method == wanted {
      return .found(route, parameters: route.variables.isEmpty ? [:] : Self.parameters(route, path))
    }
    guard !node.routes.isEmpty else { return .notFound }
    let allowed = node.routes.map(\.method)
    return .wrongMethod(allowed: allowed + (allowed.contains(.get) ? [.head] : []) + [.options])
  }

  private static func parameters(_ route: Route, _ path: UnsafeRawBufferPointer) -> [String: String] {
    var parameters: [String: String] = [:]
    var pieces = PathPieces(path)
    var index = 0
    while let piece = pieces.next() {
      for variable in route.variables where variable.piece == index {
        parameters[variable.name] = String(decoding: piece, as: UTF8.self)
      }
      index += 1
    }
    return parameters
  }
}

/// The pieces of a path between its slashes, with the empty ones.
private struct PathPieces {
  private let path: UnsafeRawBufferPointer
  private var start = 1

  init(_ path: UnsafeRawBufferPointer) { self.path = path }

  mutating func next() -> UnsafeRawBufferPointer? {
    guard start <= path.count else { return nil }
    var end = start
    while end < path.count, path[end] != UInt8(ascii: "/") { end += 1 }
    defer { start = end + 1 }
    return UnsafeRawBufferPointer(rebasing: path[start..<end])
  }
}
