import Dispatch
import Domain
import Store

/// The snapshots of all features' topics, for connections that start from one.
package struct Snapshots: Sendable {
  private let projections: [TopicKind: any Projection]
  private let queue = DispatchQueue(label: "snapshots", attributes: .concurrent)

  /// - Precondition: no kind of topic belongs to two projections.
  package init(_ projections: [any Projection]) {
    self.projections = Dictionary(
      uniqueKeysWithValues: projections.flatMap { projection in projection.topics.map { ($0, projection) } })
  }

  /// Whether a topic exists. True for a kind without a projection.
  func exists(_ topic: Topic) -> Bool { projections[topic.kind]?.exists(topic) ?? true }

  /// A snapshot in memory; nil if it must be read or there is none.
  func inMemory(_ topic: Topic) -> TopicSnapshot? { projections[topic.kind]?.snapshotInMemory(of: topic) }

  /// A snapshot, read from the disk if necessary; nil if there is none or it can't be read.
  func now(_ topic: Topic) -> TopicSnapshot? { try? projections[topic.kind]?.snapshot(of: topic) }

  /// Reads a snapshot on another thread, and calls back on that one.
  func read(_ topic: Topic, done: @escaping @Sendable (TopicSnapshot?) -> Void) {
    queue.async { done(now(topic)) }
  }
}
