import Server
import Testing
import Wire

struct RouterTests {
  private let router = Router(
    [
      (.get, "/"), (.get, "/jobs"), (.post, "/jobs"), (.get, "/jobs/{id}"), (.get, "/jobs/{id}/frames/{name}"),
      (.get, "/jobs/new"),
    ].map { (method: HTTPMethod, pattern: String) in
      Route(method, pattern, role: .viewer, .immediate { _ in Response() })
    })

  private func match(_ method: HTTPMethod, _ path: String) -> Router.Match {
    router.match(method, path: Array(path.utf8)[...])
  }

  private func pattern(_ method: HTTPMethod, _ path: String) -> String? {
    guard case .found(let route, _) = match(method, path) else { return nil }
    return route.pattern
  }

  @Test(arguments: [
    ("/", "/"), ("/jobs", "/jobs"), ("/jobs/7", "/jobs/{id}"), ("/jobs/new", "/jobs/new"),
    ("/jobs/7/frames/1.png", "/jobs/{id}/frames/{name}"),
  ])
  func `a path matches its pattern, a fixed piece before a variable one`(path: String, expected: String) {
    #expect(pattern(.get, path) == expected)
    #expect(pattern(.head, path) == expected)
  }

  @Test(arguments: ["/job", "/jobs/", "/jobs/7/", "//", "/jobs/7/frames/", "/jobs/7/frames/1/2"])
  func `an unknown path is not found, nor is a known one with an extra slash`(path: String) {
    #expect(pattern(.get, path) == nil)
    guard case .notFound = match(.get, path) else {
      Issue.record("\(path) was not refused as not found")
      return
    }
  }

  @Test func `variable pieces are available by name`() {
    guard case .found(_, let parameters) = match(.get, "/jobs/7/frames/1.png") else {
      Issue.record("the path has no route")
      return
    }
    #expect(parameters == ["id": "7", "name": "1.png"])
  }

  @Test func `a wrong method lists the allowed ones`() {
    guard case .wrongMethod(let allowed) = match(.delete, "/jobs") else {
      Issue.record("the method was not refused")
      return
    }
    #expect(allowed == [.get, .post, .head, .options])
  }
}
