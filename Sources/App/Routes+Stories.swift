import Domain
import HTML
import Server
import Stories
import Wire

/// Every component in every state, for those who build pages.
extension Application {
  var storyRoutes: [Route] {
    [
      Route(.get, .stories, role: .viewer, .deferred(storyIndex)),
      Route(.get, .story, role: .viewer, .deferred(story)),
    ]
  }

  private func storyIndex(_ request: Request) -> Response {
    let context = pageContext
    return .page(
      StoryIndexPage(query: Self.props(request), assets: context.assets, storage: context.storageBanner).render())
  }

  private func story(_ request: Request) throws -> Response {
    let id = "\(request.parameters["component"] ?? "")/\(request.parameters["story"] ?? "")"
    guard let story = StoryCatalogue.story(id) else {
      throw AppError(.notFound, "There is no story \(id). /stories lists all of them.")
    }
    let page = StoryPage(story, view: StoryView(query: Self.props(request)), assets: pageContext.assets)
    return .page(page.render())
  }

  /// The query's items. If a name occurs twice, the first one counts.
  private static func props(_ request: Request) -> [String: String] {
    Dictionary(request.head.query.items.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
  }
}
