import Domain
import Realtime
import Synchronization

/// A remote sequencer, as in a cluster: it numbers each batch later, with other writers' batches in between, and its
/// numbers are final.
final class DelayingSequencer: Sequencer {
  private let line: LocalSequencer
  private let submitted: @Sendable () -> Void
  /// Batches that are not numbered yet.
  private let waiting = Mutex<[SequencerBatch]>([])

  /// - Parameters:
  ///   - line: numbers the batches.
  ///   - submitted: called for each batch; ``answerNext()`` must follow later.
  init(_ line: LocalSequencer, submitted: @escaping @Sendable () -> Void) {
    self.line = line
    self.submitted = submitted
  }

  /// Whether every batch has been numbered and received.
  var isIdle: Bool { waiting.withLock(\.isEmpty) && isEmpty }

  var isEmpty: Bool { line.isEmpty }

  func submit(_ batch: SequencerBatch) {
    waiting.withLock { $0.append(batch) }
    submitted()
  }

  /// Numbers the oldest batch.
  func answerNext() { waiting.withLock { if !$0.isEmpty { line.submit($0.removeFirst()) } } }

  func answerAll() { while waiting.withLock({ !$0.isEmpty }) { answerNext() } }

  /// Numbers a batch of another writer.
  func answerOtherWriter(_ items: [Publication.Item]) {
    line.submit(SequencerBatch(ofAnotherWriter: [Publication(items)]))
  }

  func receive() throws(SequencerFailure) -> NumberedBatch? { try line.receive() }

  func settle() { line.settle() }

  func takeBack() -> Bool { false }
}
