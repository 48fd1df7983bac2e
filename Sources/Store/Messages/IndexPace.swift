/// When messages are indexed by topic.
package struct IndexPace: Sendable {
  /// How many messages make it worth while. More make writing cheaper, and a start slower: it reads them.
  package var messages = 8192
  /// How many bytes of JSON do, too: a start reads the chunks that have them.
  package var bytes = 16 << 20
  /// How many topics are indexed in one transaction, at least. If that is too few to be done when as many messages have
  /// come again, it is more.
  package var topics = 64

  package init() {}

  /// How many of all topics a transaction indexes.
  func share(of topicCount: Int, messages count: Int, bytes byteCount: Int) -> Int {
    max(topicCount * count / messages + 1, topicCount * byteCount / bytes + 1, topics)
  }
}
