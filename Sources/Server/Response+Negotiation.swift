import Compression
import Wire

/// Conditions, ranges and codings (RFC 9110 §12 to §14), for every route in the same way: a handler only gives its answer
/// validators, and a ``Response/coding`` if it is worth compressing.
extension Response {
  /// Whether ``negotiated(for:)`` may change it.
  func isNegotiable(for head: RequestHead) -> Bool {
    guard status == .ok, head.method == .get || head.method == .head else { return false }
    if case .file = body { return true }
    return head.isConditional || head.hasRange || isCodingOpen(for: head)
  }

  /// The answer to a GET or HEAD, according to what the client has and accepts.
  ///
  /// Compresses the body if ``needsCompressing(for:)``.
  /// - Throws: ``ServerError/preconditionFailed``, ``ServerError/rangeNotSatisfiable(size:)``, or
  ///   ``ServerError/notAcceptable``.
  func negotiated(for head: RequestHead) throws(ServerError) -> Response {
    guard isNegotiable(for: head) else { return self }
    var response = self
    if case .file = body { response.fields["accept-ranges"] = "bytes" }

    let isCompressed = isCodingOpen(for: head) ? try response.chooseGzip(for: head) : false
    if isCompressed { response.labelAsGzip() }
    switch Preconditions.evaluate(head.fields, method: head.method, current: Validators(response.fields)) {
    case .passed: break
    case .failed: throw .preconditionFailed
    case .notModified:
      response.status = .notModified
      response.fields["content-encoding"] = nil
      response.body = []
      return response
    }
    if isCompressed {
      response.body = .bytes(compressed)
    } else if case .file(let file) = response.body, head.method == .get {
      try response.cut(file, to: ByteRange(head.fields, size: file.count, tag: Validators(response.fields).tag))
    }
    return response
  }

  /// The validators of the response to a GET with the request's fields.
  func validators(for head: RequestHead) -> Validators {
    var response = self
    if isCodingOpen(for: head), (try? chooseGzip(for: head)) ?? false { response.labelAsGzip() }
    return Validators(response.fields)
  }

  /// Whether ``negotiated(for:)`` compresses the body, which would hold up a loop.
  func needsCompressing(for head: RequestHead) -> Bool {
    guard status == .ok, head.method == .get || head.method == .head, isCodingOpen(for: head) else { return false }
    if case .alternative = coding { return false }
    return (try? chooseGzip(for: head)) ?? false
  }

  private func isCodingOpen(for head: RequestHead) -> Bool {
    switch coding {
    case .asIs: head.weighsCodings
    case .compressed, .alternative: true
    }
  }

  /// Chooses between the body as it is and gzip.
  private func chooseGzip(for head: RequestHead) throws(ServerError) -> Bool {
    let accepted = AcceptedCodings(head.fields)
    guard accepted.identity > 0 || accepted.gzip > 0 else { throw .notAcceptable }
    guard case .bytes(let bytes) = body, !fields.contains("content-encoding") else { return false }
    return switch coding {
    case .asIs: accepted.identity == 0
    case .compressed: accepted.prefersGzip && (bytes.count >= Self.minCompressedBytes || accepted.identity == 0)
    case .alternative: accepted.prefersGzip
    }
  }

  /// Smaller bodies fit into two packets anyway.
  private static let minCompressedBytes = 2_048

  private mutating func labelAsGzip() {
    fields["content-encoding"] = "gzip"
    if !fields.contains("vary") { fields["vary"] = "accept-encoding" }
    // RFC 9110 §8.8.3.3: a strong tag belongs to one coding.
    if let tag = Validators(fields).tag, !tag.isWeak { fields["etag"] = EntityTag("\(tag.opaque)-gzip").description }
  }

  /// The gzipped body; empty for a body that isn't in memory.
  private var compressed: [UInt8] {
    if case .alternative(let gzip) = coding { return gzip }
    guard case .bytes(let bytes) = body else { return [] }
    // Level 1: the client waits for it.
    return gzip(bytes, level: 1)
  }

  /// Reduces a file to a requested range (RFC 9110 §14.2).
  private mutating func cut(_ file: FileBody, to range: ByteRange) throws(ServerError) {
    switch range {
    case .whole: return
    case .unsatisfiable: throw .rangeNotSatisfiable(size: file.count)
    case .part(let part):
      status = .partialContent
      fields["content-range"] = range.contentRange(size: file.count)
      body = .file(file.part(part))
    }
  }
}

extension RequestHead {
  /// Checks the conditions of a request that changes something.
  /// - Parameter current: the state of its target; nil if it doesn't exist.
  /// - Throws: ``ServerError/preconditionFailed``.
  package func checkConditions(current: Validators?) throws(ServerError) {
    guard Preconditions.evaluate(fields, method: method, current: current) == .passed else { throw .preconditionFailed }
  }
}
