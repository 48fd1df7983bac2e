/// The current state of a resource, for the conditions of a request (RFC 9110 §8.8).
package struct Validators: Sendable, Equatable {
  package var tag: EntityTag?
  /// Seconds since 1970-01-01 00:00:00 UTC.
  package var lastModified: Int?

  package init(tag: EntityTag? = nil, lastModified: Int? = nil) {
    self.tag = tag
    self.lastModified = lastModified
  }

  /// The validators in the fields of an answer.
  package init(_ fields: HTTPFields) {
    tag = fields["etag"].flatMap { EntityTag(parsing: Array($0.utf8)[...]) }
    lastModified = fields["last-modified"].flatMap { HTTPDate.unixSeconds(parsing: $0) }
  }
}

/// Evaluates the conditions of a request in the order of RFC 9110 §13.2.2.
package enum Preconditions {
  package enum Outcome: Sendable, Equatable {
    /// Go on as if there were no conditions.
    case passed
    /// Answer a GET or HEAD with 304.
    case notModified
    /// Answer with 412, and do nothing.
    case failed
  }

  /// - Parameter current: the state of the target; nil if it doesn't exist.
  package static func evaluate(_ fields: HTTPFields, method: HTTPMethod, current: Validators?) -> Outcome {
    let isRead = method == .get || method == .head
    if fields.contains("if-match") {
      guard fields.lists(current, in: "if-match", isStrong: true) else { return .failed }
    } else if let date = fields.date("if-unmodified-since"), let lastModified = current?.lastModified {
      guard lastModified <= date else { return .failed }
    }
    if fields.contains("if-none-match") {
      guard fields.lists(current, in: "if-none-match", isStrong: false) else { return .passed }
      return isRead ? .notModified : .failed
    }
    if isRead, let date = fields.date("if-modified-since"), let lastModified = current?.lastModified {
      return lastModified <= date ? .notModified : .passed
    }
    return .passed
  }
}

extension HTTPFields {
  /// Whether a list of entity tags has the current one, or is `*` and the resource exists.
  /// - Parameter isStrong: whether weak tags never match (RFC 9110 §8.8.3.2).
  fileprivate func lists(_ current: Validators?, in name: String, isStrong: Bool) -> Bool {
    guard let current else { return false }
    return slices.filter { hasName($0, name: name) }.contains { slice in
      if bytes[slice.value].elementsEqual([UInt8(ascii: "*")]) { return true }
      guard let tag = current.tag, !isStrong || !tag.isWeak else { return false }
      return EntityTagElements(bytes[slice.value]).contains {
        $0.opaque == tag.opaque && (!isStrong || !$0.isWeak)
      }
    }
  }

  /// A date; nil if it is malformed or repeated, so that it is ignored (RFC 9110 §13.1.3).
  fileprivate func date(_ name: String) -> Int? {
    let values = values(of: name)
    return values.count == 1 ? HTTPDate.unixSeconds(parsing: values[0]) : nil
  }
}
