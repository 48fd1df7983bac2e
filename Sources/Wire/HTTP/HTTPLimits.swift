/// How large a request head may be. The limits of bodies are the caller's, who knows the route.
package struct HTTPLimits: Sendable {
  /// Beyond it: 414.
  package var maxTargetBytes: Int
  /// Request line, fields and the blank line together, and a chunked body's trailers. Beyond it: 431.
  package var maxHeadBytes: Int
  /// Beyond it: 431.
  package var maxFields: Int

  package init(maxTargetBytes: Int = 8_000, maxHeadBytes: Int = 16_384, maxFields: Int = 100) {
    self.maxTargetBytes = maxTargetBytes
    self.maxHeadBytes = maxHeadBytes
    self.maxFields = maxFields
  }
}
