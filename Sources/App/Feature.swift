import Assets
import Domain
import Pages
import Server
import Store

/// The parts of a feature: its topics, message types, tables and files for the browser, the projection of its state, and
/// its routes. The application wires all features the same way and knows none of them.
package struct Feature: Sendable {
  /// The parts that need the store.
  package struct Parts: Sendable {
    package let projection: any Projection
    /// The feature's routes, each with the role that it needs.
    package let routes: @Sendable (FeatureHost) -> [Route]

    package init(projection: any Projection, routes: @escaping @Sendable (FeatureHost) -> [Route]) {
      self.projection = projection
      self.routes = routes
    }
  }

  package let topics: [TopicKind]
  package let messages: [MessageTable.Row]
  package let tables: FeatureTables
  /// Files for the browser, such as the module of a page.
  package let assets: [AssetFile]
  /// Creates the parts once, when the store is open.
  package let makeParts: @Sendable (Store) throws -> Parts

  package init(
    topics: [TopicKind], messages: [MessageTable.Row], tables: FeatureTables, assets: [AssetFile] = [],
    makeParts: @escaping @Sendable (Store) throws -> Parts
  ) {
    self.topics = topics
    self.messages = messages
    self.tables = tables
    self.assets = assets
    self.makeParts = makeParts
  }
}

/// The application's interface for a feature's routes.
package struct FeatureHost: Sendable {
  package let publisher: Publisher
  /// The URLs of the style sheet and the scripts, for pages.
  package let pageContext: @Sendable () -> PageContext
}
