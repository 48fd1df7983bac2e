import Domain

/// The plugins that a job may name. To add one of your own: a type that conforms to ``Plugin``, and its line here.
package struct PluginCatalogue: Sendable {
  package static let builtIn = PluginCatalogue([
    MotionDetection.self,
    SceneChange.self,
    QualityCheck.self,
    BlockMapper.self,
  ])

  private let types: [any Plugin.Type]

  /// - Precondition: no two have the same name.
  package init(_ types: [any Plugin.Type]) {
    precondition(Set(types.map { $0.metadata.name }).count == types.count)
    self.types = types
  }

  /// What each says about itself, in order.
  package var metadata: [PluginMetadata] { types.map { $0.metadata } }

  package var names: [String] { metadata.map(\.name) }

  /// The plugin of that name; nil where there is none.
  package func plugin(named name: String) -> (any Plugin.Type)? {
    types.first { $0.metadata.name == name }
  }
}
