import Domain

/// What a connection receives: the default topics, named ones, or both, as far as its audience may read them.
package struct Subscription: Hashable, Sendable {
  /// Everything that the audience may read, except for logs and the `jobs` digest.
  package private(set) var includesDefault: Bool
  /// Topics that the client named and the default does not include.
  package private(set) var topics: Set<Topic>
  /// Whose subscription it is. Connections of different audiences never share a fan-out group.
  package let audience: Audience

  /// The most topics that one connection may name. Each takes a place in the loop's index, and every change of the
  /// subscription goes through all of them.
  package static let maxTopics = 300

  /// The default topics.
  package static func everything(for audience: Audience) -> Subscription {
    Subscription(includesDefault: true, topics: [], audience: audience)
  }

  /// Named topics, and no others.
  package static func only(_ topics: Set<Topic>, for audience: Audience) -> Subscription {
    Subscription(includesDefault: false, topics: topics, audience: audience)
  }

  private init(includesDefault: Bool, topics: Set<Topic>, audience: Audience) {
    self.includesDefault = includesDefault
    self.topics = topics
    self.audience = audience
  }

  /// Whether the audience may read a topic.
  package func mayRead(_ topic: Topic) -> Bool { audience.mayRead(topic.kind.audience) }

  package func includes(_ topic: Topic) -> Bool {
    mayRead(topic) && (includesDefault && topic.kind.isInDefaultSubscription || topics.contains(topic))
  }

  package mutating func add(_ more: Set<Topic>) {
    topics.formUnion(includesDefault ? more.filter { !$0.kind.isInDefaultSubscription } : more)
  }

  /// Removes topics. A default topic can't be removed from the default subscription: it is all or nothing.
  package mutating func remove(_ gone: Set<Topic>) { topics.subtract(gone) }
}
