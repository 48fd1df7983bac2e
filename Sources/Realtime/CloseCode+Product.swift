import Wire

/// Our own close codes, from the range for applications (RFC 6455 §7.4.2). Clients decide by them whether to reconnect.
extension CloseCode {
  package static let invalidSession = CloseCode(rawValue: 4000)
  package static let tooManyConnections = CloseCode(rawValue: 4001)
  /// The connection could not keep up. Clients reconnect and resume from their cursor.
  package static let slowConsumer = CloseCode(rawValue: 4002)
  package static let forbidden = CloseCode(rawValue: 4003)
  package static let noPong = CloseCode(rawValue: 4004)
  package static let tooManyBadMessages = CloseCode(rawValue: 4005)
  package static let tokenExpired = CloseCode(rawValue: 4006)

  /// All of them.
  package static let productCodes: Set<CloseCode> = [
    .invalidSession, .tooManyConnections, .slowConsumer, .forbidden, .noPong, .tooManyBadMessages, .tokenExpired,
  ]
}
