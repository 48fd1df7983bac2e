import Synchronization

/// What a log wrote.
final class Lines: Sendable {
  private let lines = Mutex<[[UInt8]]>([])
  var all: [[UInt8]] { lines.withLock { $0 } }
  var add: @Sendable ([UInt8]) -> Void { { [self] line in lines.withLock { $0.append(line) } } }
}
