import Domain
import JSONValues
import Jobs
import Server
import Synchronization
import Wire

/// A request's body on its way into the upload store.
final class UploadSink: BodySink {
  /// Nil after the end. A client can continue an unfinished upload later.
  private let upload: Mutex<Upload?>
  private let range: ContentRange?
  private let checkConditions: @Sendable () throws -> Void
  private let hasBegun = Mutex(false)

  /// - Parameter checkConditions: throws if the request's conditions don't hold for the current upload. Called off the
  ///   loop: before anything is written, and again before the upload is replaced, because another request may have
  ///   replaced it meanwhile.
  init(_ upload: sending Upload, range: ContentRange?, checkConditions: @escaping @Sendable () throws -> Void) {
    self.upload = Mutex(upload)
    self.range = range
    self.checkConditions = checkConditions
  }

  func write(_ bytes: [UInt8]) throws {
    try hasBegun.withLock { hasBegun in
      if !hasBegun { try checkConditions() }
      hasBegun = true
    }
    try upload.withLock { try $0?.write(bytes) }
  }

  func finish() throws -> Response {
    try upload.withLock { upload in
      defer { upload = nil }
      guard let open = upload else { throw AppError(.conflict, "The upload has ended already.") }
      if let range, open.position != range.last + 1 {
        throw AppError(
          .invalid, "Content-Range declares bytes up to \(range.last), but the body ends before byte \(open.position).")
      }
      try checkConditions()
      return Response(try open.finish())
    }
  }

  func abandon() { upload.withLock { $0 = nil } }
}

/// Reports how much of a file was received, for a request with `Content-Range: bytes */TOTAL` and no body.
final class ProgressSink: BodySink {
  private let uploads: UploadStore
  private let name: String
  private let total: Int
  private let checkConditions: @Sendable () throws -> Void

  /// - Parameter checkConditions: throws if the request's conditions don't hold for the current upload: the answer may
  ///   finish an upload that has all its bytes.
  init(
    _ uploads: UploadStore, name: String, total: Int, checkConditions: @escaping @Sendable () throws -> Void
  ) {
    self.uploads = uploads
    self.name = name
    self.total = total
    self.checkConditions = checkConditions
  }

  func write(_ bytes: [UInt8]) throws {
    throw AppError(.invalid, "A request with Content-Range: bytes */\(total) asks what was received, and has no body.")
  }

  func finish() throws -> Response {
    try checkConditions()
    return Response(try uploads.progress(of: name, total: total))
  }

  func abandon() {}
}

extension Response {
  /// The response to a request that sends a file or a piece of one, or asks how much was received.
  fileprivate init(_ progress: UploadProgress) {
    switch progress {
    case .partial(let received):
      self = .json(["source": .null, "bytes": .int(received), "sha256": .null], .accepted)
    case .whole(let receipt):
      self = .json(
        ["source": .string(receipt.source), "bytes": .int(receipt.bytes), "sha256": .string(receipt.sha256)],
        receipt.isNew ? .created : .ok)
      fields["etag"] = receipt.entityTag.description
    }
  }
}
