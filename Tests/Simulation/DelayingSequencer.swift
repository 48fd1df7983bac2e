import Domain
import Realtime
import Synchronization

/// A sequencer that is elsewhere, as in a cluster: it numbers each batch later, puts other writers' batches between, and
/// never takes a number back.
final class DelayingSequencer: Sequencer {
  private let line: LocalSequencer
  private let submitted: @Sendable () -> Void
  /// Batches that have no place in the line yet.
  private let waiting = Mutex<[SequencerBatch]>([])

  /// - Parameters:
  ///   - line: does the numbering.
  ///   - submitted: called for each batch; ``answerNext()`` has to follow some time later.
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

  /// The oldest batch gets its place in the line.
  func answerNext() { waiting.withLock { if !$0.isEmpty { line.submit($0.removeFirst()) } } }

  func answerAll() { while waiting.withLock({ !$0.isEmpty }) { answerNext() } }

  /// Another writer's batch gets its place in the line.
  func answerOtherWriter(_ items: [Publication.Item]) {
    line.submit(SequencerBatch(ofAnotherWriter: [Publication(items)]))
  }

  func receive() throws(SequencerFailure) -> NumberedBatch? { try line.receive() }

  func settle() { line.settle() }

  func takeBack() -> Bool { false }
}
