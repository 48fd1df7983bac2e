import Domain

/// What a connection receives: the default topics, named ones, or both.
package struct Subscription: Hashable, Sendable {
  /// Everything that the caller may read, save logs and the `jobs` digest.
  package private(set) var includesDefault: Bool
  /// Topics named by the client that the default does not include already.
  package private(set) var topics: Set<Topic>

  /// The most topics that one connection may name. Each costs a place in the loop's index, and every change of the
  /// subscription looks at all of them.
  package static let maxTopics = 300

  package static let everything = Subscription(includesDefault: true, topics: [])
  package static func only(_ topics: Set<Topic>) -> Subscription {
    Subscription(includesDefault: false, topics: topics)
  }

  private init(includesDefault: Bool, topics: Set<Topic>) {
    self.includesDefault = includesDefault
    self.topics = topics
  }

  package func includes(_ topic: Topic) -> Bool {
    includesDefault && topic.isInDefaultSubscription || topics.contains(topic)
  }

  package mutating func add(_ more: Set<Topic>) {
    topics.formUnion(includesDefault ? more.filter { !$0.isInDefaultSubscription } : more)
  }

  /// Leaves topics. From the default subscription a single default topic can't be left: it is all or nothing.
  package mutating func remove(_ gone: Set<Topic>) { topics.subtract(gone) }
}
