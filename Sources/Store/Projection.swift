import Domain

/// A feature's state as a fold of the line of messages: the rows that change with each publication, the state that
/// follows from the committed ones, and the snapshot of a topic.
///
/// The store's thread and the realtime connections know this protocol, and not the features.
package protocol Projection: Sendable {
  /// The kinds of topics whose state this projection keeps.
  var topics: Set<TopicKind> { get }

  /// Adds the rows that change with a batch, before it is committed. Called on the store's thread.
  /// - Returns: a function to call after the commit and before the messages are acknowledged. The projection's own state
  ///   changes only then.
  func fold(_ batch: [NumberedPublication], into rows: inout StoreBatch) -> @Sendable () -> Void

  /// Whether a topic exists. Called on event loops, so it reads at most one row.
  func exists(_ topic: Topic) -> Bool

  /// A topic's snapshot, if it is in memory. Called on event loops.
  func snapshotInMemory(of topic: Topic) -> TopicSnapshot?

  /// A topic's snapshot, read from the disk if necessary; nil if there is no such topic.
  func snapshot(of topic: Topic) throws(StoreError) -> TopicSnapshot?
}
