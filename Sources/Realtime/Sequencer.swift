import Domain
import Synchronization

/// Gives publications their place in the one line of all messages.
///
/// The journal submits batches and receives numbered ones later, in the order of the line and with the batches of other
/// writers between. One thread drives it.
package protocol Sequencer: Sendable {
  /// Submits a batch to be numbered. It comes back from ``receive()``.
  func submit(_ batch: SequencerBatch)

  /// The next numbered batch of the line; nil while there is none. A sequencer that works elsewhere wakes the journal
  /// when one arrives.
  /// - Throws: ``SequencerFailure`` if a batch can't be numbered; nothing of it happened.
  func receive() throws(SequencerFailure) -> NumberedBatch?

  /// Whether no batch waits to be received.
  var isEmpty: Bool { get }

  /// The batch that was received last is committed.
  func settle()

  /// The batch that was received last can't be committed now.
  /// - Returns: true if its numbers were taken back, as if it had never been submitted; false if the line has moved on,
  ///   so that the same batch has to be committed before any other.
  func takeBack() -> Bool
}

/// Publications on their way to be numbered together.
package struct SequencerBatch: Sendable {
  /// Tells the journal's batches apart; nil for another writer's.
  package let id: Int?
  let publications: [EncodedPublication]

  init(id: Int, _ publications: [EncodedPublication]) {
    self.id = id
    self.publications = publications
  }

  /// A batch of another writer.
  package init(ofAnotherWriter publications: [Publication]) {
    id = nil
    self.publications = publications.map { EncodedPublication($0) }
  }
}

/// A publication with its messages encoded, but for their numbers. A class, so that a queue retains it with one count.
final class EncodedPublication: Sendable {
  let publication: Publication
  let encodings: [MessageEncoding]
  let byteCount: Int

  init(_ publication: Publication) {
    self.publication = publication
    encodings = publication.items.map { MessageEncoding($0.message) }
    byteCount =
      encodings.reduce(0) { $0 + $1.byteCount } + publication.records.reduce(0) { $0 + $1.json.count }
  }

  /// Rows that storing it takes; at least 1, so that an empty publication is stored in its turn.
  var rowCount: Int { max(publication.items.count + publication.records.count, 1) }
}

/// A batch whose messages have their place in the line.
package struct NumberedBatch: Sendable {
  package struct Entry: Sendable {
    package let publication: Publication
    /// Its items, encoded and numbered, one after the other.
    package let messages: [PublishedMessage]

    /// The messages' offsets.
    package var offsets: Range<Int> {
      let first = messages.first?.position?.offset ?? 0
      return first..<first + messages.count
    }
  }

  /// The id with which the journal submitted it; nil for another writer's batch.
  package let id: Int?
  package let entries: [Entry]
}

package struct SequencerFailure: Error {
  /// The id of the batch that was not numbered.
  package let batch: Int?
  package let cause: any Error
}

/// The sequencer of a server that is complete by itself: numbers each batch on the spot.
package final class LocalSequencer: Sequencer {
  /// In the hands of the thread that drives it.
  private struct State {
    var line: MessageLine
    var submitted: [SequencerBatch] = []
  }

  private let state: Mutex<State>
  private let lastSequence: @Sendable (Topic) throws -> Int

  /// - Parameters:
  ///   - line: continues the store's line.
  ///   - lastSequence: looks up the last stored `seq` of a topic, 0 for a topic without messages.
  package init(_ line: MessageLine, lastSequence: @escaping @Sendable (Topic) throws -> Int) {
    state = Mutex(State(line: line))
    self.lastSequence = lastSequence
  }

  package func submit(_ batch: SequencerBatch) { state.withLock { $0.submitted.append(batch) } }

  package func receive() throws(SequencerFailure) -> NumberedBatch? {
    // Looking up a topic's last `seq` may read from the disk. Holding the lock meanwhile delays no other thread, because only
    // the thread that drives the sequencer takes it.
    let outcome: Result<NumberedBatch, SequencerFailure>? = state.withLock { state in
      guard !state.submitted.isEmpty else { return nil }
      let batch = state.submitted.removeFirst()
      do {
        return .success(try state.line.number(batch, lastSequence: lastSequence))
      } catch {
        state.line.takeBack()
        return .failure(SequencerFailure(batch: batch.id, cause: error))
      }
    }
    return try outcome?.get()
  }

  package var isEmpty: Bool { state.withLock { $0.submitted.isEmpty } }

  package func settle() { state.withLock { $0.line.settle() } }

  package func takeBack() -> Bool {
    state.withLock { $0.line.takeBack() }
    return true
  }
}
