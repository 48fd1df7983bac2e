/// The limits of a request head. Bodies are limited by the caller, who knows the route.
package struct HTTPLimits: Sendable {
  /// A longer target is refused with 414.
  package var maxTargetBytes: Int
  /// The request line, the fields and the empty line together; also the limit of a chunked body's trailers. A larger
  /// head is refused with 431.
  package var maxHeadBytes: Int
  /// A request with more fields is refused with 431.
  package var maxFields: Int

  package init(maxTargetBytes: Int = 8_000, maxHeadBytes: Int = 16_384, maxFields: Int = 100) {
    self.maxTargetBytes = maxTargetBytes
    self.maxHeadBytes = maxHeadBytes
    self.maxFields = maxFields
  }
}
