/// A WebSocket close code (RFC 6455 §7.4). The static members are the registered ones; an application adds its own from
/// 4000 on.
package struct CloseCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  package var rawValue: UInt16

  package init(rawValue: UInt16) { self.rawValue = rawValue }

  package static let normal = CloseCode(rawValue: 1000)
  package static let goingAway = CloseCode(rawValue: 1001)
  package static let protocolError = CloseCode(rawValue: 1002)
  package static let unsupportedData = CloseCode(rawValue: 1003)
  package static let invalidPayload = CloseCode(rawValue: 1007)
  /// Never sent: stands for a connection that ended without a close frame.
  package static let abnormalClosure = CloseCode(rawValue: 1006)
  package static let policyViolation = CloseCode(rawValue: 1008)
  package static let messageTooBig = CloseCode(rawValue: 1009)
  package static let internalError = CloseCode(rawValue: 1011)
  /// The server restarts. Clients reconnect soon, after a random delay.
  package static let serviceRestart = CloseCode(rawValue: 1012)
  /// The server is overloaded. Clients reconnect later.
  package static let tryAgainLater = CloseCode(rawValue: 1013)

  package var description: String { "\(rawValue)" }

  /// Whether a close frame may contain the code. 1004 is reserved; 1005, 1006 and 1015 only describe a connection that
  /// ended without a code. Libraries register 3000...3999, applications use 4000...4999.
  package var isSendable: Bool {
    switch rawValue {
    case 1000...1003, 1007...1014, 3000...4999: true
    default: false
    }
  }
}
