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

  init(_ upload: sending Upload, range: ContentRange?) {
    self.upload = Mutex(upload)
    self.range = range
  }

  func write(_ bytes: [UInt8]) throws { try upload.withLock { try $0?.write(bytes) } }

  func finish() throws -> Response {
    try upload.withLock { upload in
      defer { upload = nil }
      guard let open = upload else { throw AppError(.conflict, "The upload has ended already.") }
      if let range, open.received != range.last + 1 {
        throw AppError(
          .invalid, "Content-Range declares bytes up to \(range.last), but \(open.received) bytes were received.")
      }
      guard let receipt = try open.finish() else {
        return .json(["source": .null, "bytes": .int(open.received), "sha256": .null], .accepted)
      }
      return .json(
        ["source": .string(receipt.source), "bytes": .int(receipt.bytes), "sha256": .string(receipt.sha256)], .created)
    }
  }

  func abandon() { upload.withLock { $0 = nil } }
}
