import Wire

/// The application's own WebSocket close codes, 4000...4999 (RFC 6455 §7.4.2).
package struct ApplicationCloseCodes: Sendable {
  /// Closes a WebSocket whose peer has read nothing for ``ServerLimits/writeStall``.
  package var slowConsumer: CloseCode
  /// The codes that ``LoopCounters/webSocketCloses`` counts one by one. A peer may send any code, so all others share
  /// one count.
  package var counted: Set<CloseCode>

  package init(slowConsumer: CloseCode = .policyViolation, counted: Set<CloseCode> = []) {
    self.slowConsumer = slowConsumer
    self.counted = counted
  }
}
