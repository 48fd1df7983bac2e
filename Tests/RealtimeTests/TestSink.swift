import Domain
import JSONValues
import Realtime
import Wire

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A connection without a socket: takes as many bytes as the test lets it, and parses what it got.
final class TestSink: Sink {
  /// How many more bytes the peer takes.
  var room = Int.max
  private(set) var received: [UInt8] = []
  private(set) var isClosedAsTooSlow = false
  private(set) var isClosedAsUnavailable = false
  private(set) var writeCount = 0
  private var queued: [UInt8] = []
  /// The most bytes that ever waited for this peer alone.
  private(set) var longestQueue = 0

  var queuedByteCount: Int { queued.count }

  func write(_ pieces: UnsafeBufferPointer<iovec>, byteCount: Int) -> Int {
    precondition(queued.isEmpty && pieces.reduce(0) { $0 + $1.iov_len } == byteCount)
    writeCount += 1
    var taken = 0
    for piece in pieces {
      let bytes = UnsafeRawBufferPointer(start: piece.iov_base, count: min(piece.iov_len, room))
      received += bytes
      room -= bytes.count
      taken += bytes.count
    }
    return taken
  }

  func queue(_ bytes: UnsafeRawBufferPointer) {
    queued += bytes
    longestQueue = max(longestQueue, queued.count)
  }

  /// How many bytes it had been given when it was told that all of its replay was among them.
  private(set) var caughtUpAfter: [Int] = []

  func caughtUp() { caughtUpAfter.append(received.count + queued.count) }
  func closeAsTooSlow() { isClosedAsTooSlow = true }
  func closeAsUnavailable() { isClosedAsUnavailable = true }

  /// The peer reads: first what is queued for it alone, then what the fan-out still has for it.
  func takeMore(_ bytes: Int, _ fanOut: FanOut, _ subscriber: Subscriber) {
    room = bytes
    repeat {
      let count = min(room, queued.count)
      received += queued[..<count]
      queued.removeFirst(count)
      room -= count
      guard queued.isEmpty && room > 0 && !isClosedAsTooSlow else { return }
      fanOut.drained(subscriber)
    } while !queued.isEmpty
  }

  /// The JSON of every whole frame so far.
  var messages: [JSON] {
    var parser = WebSocketParser(
      from: .server, limits: WebSocketLimits(maxMessageBytes: 1 << 24),
      deflate: PermessageDeflate(["sec-websocket-extensions": PermessageDeflate.offer]))
    var bytes = received
    var found: [JSON] = []
    bytes.withUnsafeMutableBytes { all in
      var rest = all
      while let (consumed, event) = try? parser.parse(rest), let event {
        if case .text(let text) = event, let json = try? JSON(parsing: text) { found.append(json) }
        rest = UnsafeMutableRawBufferPointer(rebasing: rest[consumed...])
      }
    }
    return found
  }

  var offsets: [Int] { messages.compactMap { $0["id"]?.stringValue.flatMap { StreamPosition(cursor: $0) }?.offset } }
  var types: [String] { messages.compactMap { $0["type"]?.stringValue } }
}

extension Subscription {
  static let everything = Subscription.everything(for: .viewers)
  static func only(_ topics: Set<Topic>) -> Subscription { .only(topics, for: .viewers) }
}

func warning(_ text: String = "w") -> RealtimeMessage {
  RealtimeMessage(.warning, ["plugin": "p", "message": .string(text)])
}

/// A message of an internal type, such as says how a row changes.
func jobRemoved() -> RealtimeMessage { .jobRemoved("a") }

func frame(_ id: Int) -> RealtimeMessage { RealtimeMessage(.frame, ["frame_id": .int(id), "plugin": "p"]) }
