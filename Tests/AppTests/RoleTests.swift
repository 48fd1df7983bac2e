import App
import Domain
import JSONValues
import Server
import TestSupport
import Testing
import Wire

/// Who may call which route: one row for each route of the product.
struct RoleTests {
  private static let roles: [String: Role] = [
    // Pages
    "GET /": .viewer,
    "GET /jobs/{id}": .viewer,
    "POST /jobs": .operator,
    "POST /jobs/{id}/cancel": .operator,
    "POST /jobs/{id}/retry": .operator,
    "POST /jobs/{id}/delete": .admin,
    "GET /stories": .viewer,
    "GET /stories/{component}/{story}": .viewer,
    // Interface for programs
    "POST /v1/jobs": .operator,
    "GET /v1/jobs": .viewer,
    "GET /v1/jobs/{id}": .viewer,
    "GET /v1/jobs/{id}/extended": .viewer,
    "GET /v1/jobs/{id}/messages": .viewer,
    "POST /v1/jobs/{id}/messages": .operator,
    "GET /v1/jobs/{id}/frames/{picture}": .viewer,
    "POST /v1/jobs/{id}/cancel": .operator,
    "POST /v1/jobs/{id}/retry": .operator,
    "DELETE /v1/jobs/{id}": .admin,
    "GET /v1/uploads": .viewer,
    "GET /v1/uploads/{name}": .operator,
    "PUT /v1/uploads/{name}": .operator,
    "DELETE /v1/uploads/{name}": .admin,
    "GET /v1/plugins": .viewer,
    "GET /v1/plugins/{name}": .viewer,
    "GET /v1/devices": .viewer,
    "GET /v1/schema/messages.json": .viewer,
    // Operations and streams
    "GET /livez": .viewer,
    "GET /readyz": .viewer,
    "GET /health": .viewer,
    "GET /metrics": .viewer,
    "GET /v1/realtime": .viewer,
    "GET /ws/engines": .viewer,
    "GET /ws/events": .viewer,
    // The browser's files
    "GET /assets/{hash}/{folder}/{name}": .viewer,
    "GET /assets/{hash}/{folder}/{inner}/{name}": .viewer,
    "GET /favicon.ico": .viewer,
  ]

  /// An application whose callers have the role that the header `x-role` names, or are the local admin.
  private func app() throws -> RunningApp {
    try RunningApp(identify: { head in
      guard let name = head.fields["x-role"], let role = Role.allCases.first(where: { "\($0)" == name }) else {
        return .localAdmin
      }
      return Caller(name: "a \(name)", role: role, proof: .loopback)
    })
  }

  private func name(_ route: Route) -> String { "\(route.method.rawValue) \(route.pattern)" }

  @Test func `every route has the role of its row, and every row its route`() throws {
    let routes = try app().application.routes
    for route in routes { #expect(route.role == Self.roles[name(route)], "\(name(route))") }
    #expect(Set(routes.map(name)) == Set(Self.roles.keys))
    #expect(routes.count == Self.roles.count)
  }

  @Test func `every route has a pattern of an address, and every pattern a route that matches its addresses`() throws {
    let routes = try app().application.routes
    #expect(Set(routes.map(\.pattern)) == Set(Address.Pattern.allCases.map(\.rawValue)))
    let router = Router(routes)
    for route in routes {
      let pattern = try #require(Address.Pattern(rawValue: route.pattern))
      let address = Address(pattern, pattern.variables.map { "a-\($0)" })
      let path = Array(address.description.utf8)[...]
      guard case .found(let found, let parameters) = router.match(route.method, path: path) else {
        Issue.record("\(name(route)) does not match \(address)")
        continue
      }
      #expect(name(found) == name(route))
      #expect(parameters == Dictionary(uniqueKeysWithValues: pattern.variables.map { ($0, "a-\($0)") }))
    }
  }

  @Test func `a caller below a route's role gets 403 there, and nothing happens`() throws {
    let app = try app()
    let id = try app.startJob(["kind": "external", "name": "Reported"])
    let before = try state(of: app, job: id)
    for route in app.application.routes {
      for role in Role.allCases where role < route.role {
        let answer = try request(route, of: app, job: id, role: role)
        #expect(answer.status == 403, "\(name(route)) for a \(role)")
        #expect(answer.text.contains("\(route.role)"), "\(name(route)) for a \(role): \(answer.text)")
      }
    }
    #expect(try state(of: app, job: id) == before)
    #expect(!app.data.exists("uploads/clip.y4m"))
  }

  @Test func `a caller with a route's role is not refused there`() throws {
    let app = try app()
    let id = try app.startJob(["kind": "external", "name": "Reported"])
    for route in app.application.routes {
      let answer = try request(route, of: app, job: id, role: route.role)
      #expect(answer.status != 403, "\(name(route)) for a \(route.role)")
    }
  }

  private func request(_ route: Route, of app: RunningApp, job: String, role: Role) throws -> ProbeClient.Answer {
    let path = route.pattern.replacing("{id}", with: job).replacing("{name}", with: "clip.y4m")
      .replacing("{picture}", with: "0.png").split(separator: "{").map { $0.replacing("}", with: "") }.joined()
    var headers = ["X-Role": "\(role)"]
    var body: [UInt8]?
    if route.method == .post || route.method == .put {
      let isForm = !route.pattern.hasPrefix("/v1/")
      headers["Content-Type"] = isForm ? "application/x-www-form-urlencoded" : "application/json"
      body = Array((isForm ? "source=clip.y4m" : "{\"source\":\"clip.y4m\"}").utf8)
    }
    return try app.client().request(route.method.rawValue, path, headers: headers, body: body)
  }

  /// What a refused request must not change.
  private func state(of app: RunningApp, job: String) throws -> [JSON] {
    let health = try app.client().request("GET", "/health").json
    return [health?["messages_published"] ?? .null, health?["jobs"] ?? .null, try app.extended(job)]
  }
}
