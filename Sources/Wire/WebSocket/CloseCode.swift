/// Why a WebSocket was closed (RFC 6455 §7.4).
package struct CloseCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  package var rawValue: UInt16

  package init(rawValue: UInt16) { self.rawValue = rawValue }

  package static let normal = CloseCode(rawValue: 1000)
  package static let goingAway = CloseCode(rawValue: 1001)
  package static let protocolError = CloseCode(rawValue: 1002)
  package static let unsupportedData = CloseCode(rawValue: 1003)
  package static let invalidPayload = CloseCode(rawValue: 1007)
  package static let policyViolation = CloseCode(rawValue: 1008)
  package static let messageTooBig = CloseCode(rawValue: 1009)
  package static let internalError = CloseCode(rawValue: 1011)
  /// The server restarts: reconnect soon, spread out.
  package static let serviceRestart = CloseCode(rawValue: 1012)
  /// Not just now: reconnect later.
  package static let tryAgainLater = CloseCode(rawValue: 1013)

  package static let invalidSession = CloseCode(rawValue: 4000)
  package static let tooManyConnections = CloseCode(rawValue: 4001)
  /// The connection could not keep up: come back and resume.
  package static let slowConsumer = CloseCode(rawValue: 4002)
  package static let forbidden = CloseCode(rawValue: 4003)
  package static let noPong = CloseCode(rawValue: 4004)
  package static let tooManyBadMessages = CloseCode(rawValue: 4005)
  package static let tokenExpired = CloseCode(rawValue: 4006)

  package var description: String { "\(rawValue)" }

  /// Whether a peer may send it. 1004 is reserved, 1005, 1006 and 1015 only describe a connection that ended without a
  /// code; beyond the registered ones come those of libraries and of applications.
  package var isSendable: Bool {
    switch rawValue {
    case 1000...1003, 1007...1014, 3000...4999: true
    default: false
    }
  }
}
