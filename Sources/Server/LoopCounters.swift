import Metrics
import Wire

/// What one loop has counted since it began. Plain numbers, because only the loop changes them: whoever wants to know
/// asks the loop for a copy.
package struct LoopCounters: Sendable {
  /// From the head of a request to its answer. Streams are not among them: they have no end to wait for.
  package private(set) var requestTimes = Histogram.waits
  package private(set) var acceptedConnections = 0
  /// Heads and bodies that could not be read, by reason.
  package private(set) var parseErrors: [String: Int] = [:]
  /// WebSockets that have ended, by the code that was said last; 1006 where the connection broke without one.
  package private(set) var webSocketCloses: [CloseCode: Int] = [:]

  /// Answers by route and method, then by status: see `row` and `column`.
  private var answers: [Int]
  /// Their names only: a copy of these counts outlives its loop, and must not hold the handlers and all that they hold.
  private let routes: [(pattern: String, method: HTTPMethod)]

  private let closeCodes: Set<CloseCode>

  /// - Parameter closeCodes: The application's codes to count one by one.
  init(router: Router, closeCodes: Set<CloseCode>) {
    self.closeCodes = closeCodes.union(Self.registeredCloseCodes)
    routes = router.routes.map { ($0.pattern, $0.method) }
    answers = [Int](repeating: 0, count: (router.routes.count * 2 + Self.methods.count + 1) * Self.columnCount)
  }

  // MARK: Counting

  mutating func connectionAccepted() { acceptedConnections += 1 }

  /// - Parameter microseconds: nil for what is no answer to wait for: a stream, or a head that was never read.
  mutating func answered(_ method: HTTPMethod?, _ route: Route?, _ status: HTTPStatus, microseconds: Int?) {
    answers[row(method, route) * Self.columnCount + Self.column(status)] += 1
    if let microseconds { requestTimes.observe(microseconds: microseconds) }
  }

  mutating func parsingFailed(_ error: WireError) { parseErrors[error.metricName, default: 0] += 1 }

  mutating func webSocketClosed(_ code: CloseCode) {
    // A peer may send any number it likes; what we don't know by name is counted together.
    webSocketCloses[closeCodes.contains(code) ? code : CloseCode(rawValue: 0), default: 0] += 1
  }

  // MARK: Telling

  package struct Answers: Sendable {
    /// The pattern of the route, or "none".
    package let route: String
    package let method: String
    package let status: Int
    package let count: Int
  }

  /// How many answers of each kind were given, without those that never were.
  package var answersByKind: [Answers] {
    answers.indices.compactMap { index in
      guard answers[index] > 0 else { return nil }
      let (row, column) = index.quotientAndRemainder(dividingBy: Self.columnCount)
      let status = Self.statuses[column]
      let route = row / 2
      guard route < routes.count else {
        let method = row - routes.count * 2
        return Answers(
          route: "none", method: method < Self.methods.count ? Self.methods[method].rawValue : "other", status: status,
          count: answers[index])
      }
      let method = row % 2 == 0 ? routes[route].method : .head
      return Answers(
        route: routes[route].pattern, method: method.rawValue, status: status, count: answers[index])
    }
  }

  // MARK: Places in the table

  /// Each route has two rows, for its method and for HEAD; requests without a route one for each method.
  private func row(_ method: HTTPMethod?, _ route: Route?) -> Int {
    if let number = route?.number { return number * 2 + (method == .head ? 1 : 0) }
    return routes.count * 2 + (method.flatMap(Self.methods.firstIndex) ?? Self.methods.count)
  }

  private static let methods = HTTPMethod.allCases

  /// The statuses that are ever given, the last for any other: 0.
  private static let statuses: [Int] = (0...599).filter { !HTTPStatus(rawValue: $0).reason.isEmpty } + [0]
  private static let columnCount = statuses.count
  /// By status: its place among ``statuses``.
  private static let columns: [UInt8] = (0...599).map { UInt8(statuses.firstIndex(of: $0) ?? statuses.count - 1) }
  private static func column(_ status: HTTPStatus) -> Int { Int(columns[min(max(status.rawValue, 0), 599)]) }

  /// The registered codes that a close can have (RFC 6455 §11.7).
  private static let registeredCloseCodes: Set<CloseCode> = Set(
    (Array(1000...1003) + Array(1006...1014)).map { CloseCode(rawValue: $0) })
}

extension WireError {
  /// A few words for all of them, so that a graph stays readable.
  fileprivate var metricName: String {
    switch self {
    case .malformedRequestLine, .unsupportedVersion, .unknownMethod, .methodNotServed: "request_line"
    case .targetTooLong, .malformedTarget, .malformedPath, .malformedQuery: "target"
    case .headTooLarge, .tooManyFields: "head_too_large"
    case .malformedField, .bareNewline: "field"
    case .malformedHost, .hostMismatch: "host"
    case .unsupportedExpectation: "expectation"
    case .malformedLength, .ambiguousLength, .unsupportedTransferEncoding: "length"
    case .malformedChunk: "chunk"
    default: "other"
    }
  }
}
