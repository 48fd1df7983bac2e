import Domain
import Realtime
import Synchronization

/// A sequencer that is elsewhere, as in a cluster: it numbers each batch later, puts other writers' batches between, and
/// never takes a number back.
final class DelayingSequencer: Sequencer {
  private struct State {
    /// Batches that were submitted and are not numbered yet.
    var submitted: [SequencerBatch] = []
    /// How many batches the line beneath has to number.
    var answered = 0
  }

  private let line: LocalSequencer
  private let submitted: @Sendable () -> Void
  private let state = Mutex(State())

  /// - Parameters:
  ///   - line: does the numbering.
  ///   - submitted: called for each batch; ``answerNext()`` has to follow some time later.
  init(_ line: LocalSequencer, submitted: @escaping @Sendable () -> Void) {
    self.line = line
    self.submitted = submitted
  }

  var isIdle: Bool { state.withLock { $0.submitted.isEmpty && $0.answered == 0 } }

  func submit(_ batch: SequencerBatch) {
    state.withLock { $0.submitted.append(batch) }
    submitted()
  }

  /// The oldest batch gets its place in the line.
  func answerNext() {
    state.withLock { state in
      guard !state.submitted.isEmpty else { return }
      line.submit(state.submitted.removeFirst())
      state.answered += 1
    }
  }

  func answerAll() { while state.withLock({ !$0.submitted.isEmpty }) { answerNext() } }

  /// Another writer's batch gets its place in the line.
  func answerOtherWriter(_ items: [Publication.Item]) {
    state.withLock { state in
      line.submit(SequencerBatch(ofAnotherWriter: [Publication(items)]))
      state.answered += 1
    }
  }

  func receive() throws(SequencerFailure) -> NumberedBatch? {
    guard let batch = try line.receive() else { return nil }
    state.withLock { $0.answered -= 1 }
    return batch
  }

  func settle() { line.settle() }

  func takeBack() -> Bool { false }
}
