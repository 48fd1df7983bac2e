import Metrics
import Wire

/// The counters of one loop since its start. Plain numbers, because only the loop changes them; others get a copy.
package struct LoopCounters: Sendable {
  /// From the head of a request to its answer, without WebSockets and event streams, which have no end.
  package private(set) var requestTimes = Histogram.waits
  package private(set) var acceptedConnections = 0
  /// Heads and bodies that could not be parsed, by reason.
  package private(set) var parseErrors: [String: Int] = [:]
  /// WebSockets that have ended, by close code; 1006 if the connection broke without one, 0 for codes that aren't ours.
  package private(set) var webSocketCloses: [CloseCode: Int] = [:]

  /// Answers by route and method, then by status: see `row` and `column`.
  private var answers: [Int]
  private let closeCodes: Set<CloseCode>
  /// Without the handlers: a copy of the counts outlives its loop and must not retain what they hold.
  private let routes: [(pattern: String, method: HTTPMethod)]

  init(router: Router, closeCodes: ApplicationCloseCodes) {
    self.closeCodes = Self.protocolCloseCodes.union(closeCodes.counted).union([closeCodes.stalled])
    routes = router.routes.map { ($0.pattern, $0.method) }
    answers = [Int](repeating: 0, count: (router.routes.count * 2 + Self.methods.count + 1) * Self.columnCount)
  }

  // MARK: Counting

  mutating func countConnection() { acceptedConnections += 1 }

  /// - Parameter microseconds: nil for a WebSocket, an event stream, and a head that was never read.
  mutating func countAnswer(method: HTTPMethod?, route: Route?, status: HTTPStatus, microseconds: Int?) {
    answers[row(method: method, route: route) * Self.columnCount + Self.column(status)] += 1
    if let microseconds { requestTimes.observe(microseconds: microseconds) }
  }

  mutating func countParseError(_ error: WireError) { parseErrors[error.metricName, default: 0] += 1 }

  mutating func countClose(_ code: CloseCode) {
    webSocketCloses[closeCodes.contains(code) ? code : CloseCode(rawValue: 0), default: 0] += 1
  }

  // MARK: Reading

  package struct Answers: Sendable {
    /// The pattern of the route, or "none".
    package let route: String
    package let method: String
    package let status: Int
    package let count: Int
  }

  /// How many answers of each kind were given; kinds without any are left out.
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

  // MARK: Rows and columns

  /// Each route has two rows, for its method and for HEAD; requests without a route have one for each method.
  private func row(method: HTTPMethod?, route: Route?) -> Int {
    if let number = route?.number { return number * 2 + (method == .head ? 1 : 0) }
    return routes.count * 2 + (method.flatMap(Self.methods.firstIndex) ?? Self.methods.count)
  }

  private static let methods = HTTPMethod.allCases

  /// The statuses with a column of their own. The last, 0, stands for all others.
  private static let statuses: [Int] = (0...599).filter { !HTTPStatus(rawValue: $0).reason.isEmpty } + [0]
  private static let columnCount = statuses.count
  /// The index in ``statuses``, by status.
  private static let columns: [UInt8] = (0...599).map { UInt8(statuses.firstIndex(of: $0) ?? statuses.count - 1) }
  private static func column(_ status: HTTPStatus) -> Int { Int(columns[min(max(status.rawValue, 0), 599)]) }

  /// RFC 6455 §7.4.1 and the codes registered since.
  private static let protocolCloseCodes = Set(
    (Array(1000...1003) + Array(1006...1014)).map { CloseCode(rawValue: $0) })
}

extension WireError {
  /// Groups the errors, so that a graph has few lines.
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
