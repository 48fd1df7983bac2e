import Domain

/// The plugins that a job may name. To add one of your own, write a type that conforms to ``Plugin`` and add its line to
/// ``builtIn``.
package struct PluginCatalogue: Sendable {
  package static let builtIn = PluginCatalogue([
    PluginFactory(MotionDetection.init),
    PluginFactory(SceneChange.init),
    PluginFactory(QualityCheck.init),
    PluginFactory(BlockMapper.init),
  ])

  package let factories: [PluginFactory]

  /// - Precondition: no two have the same name.
  package init(_ factories: [PluginFactory]) {
    precondition(Set(factories.map(\.metadata.name)).count == factories.count)
    self.factories = factories
  }

  /// What each plugin says about itself, in order.
  package var metadata: [PluginMetadata] { factories.map(\.metadata) }

  package var names: [String] { factories.map(\.metadata.name) }

  /// The plugin of that name; nil if there is none.
  package func factory(named name: String) -> PluginFactory? {
    factories.first { $0.metadata.name == name }
  }
}

/// Makes instances of one plugin, one for each job.
package struct PluginFactory: Sendable {
  package let metadata: PluginMetadata
  package let make: @Sendable () -> any Plugin

  /// For a plugin whose metadata is only known at run time.
  /// - Parameter make: makes plugins that have this metadata.
  package init(metadata: PluginMetadata, make: @escaping @Sendable () -> any Plugin) {
    self.metadata = metadata
    self.make = make
  }

  /// For a plugin in Swift, as in `PluginFactory(SceneChange.init)`. Makes one instance to read its metadata.
  package init(_ make: @escaping @Sendable () -> any Plugin) {
    self.init(metadata: make().metadata, make: make)
  }
}
