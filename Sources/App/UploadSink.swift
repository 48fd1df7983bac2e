import Domain
import JSONValues
import Jobs
import Server
import Synchronization
import Wire

/// A request's body on its way into the upload store.
final class UploadSink: BodySink {
  /// Nil once it has ended: an upload that is let go of unfinished can be gone on with later.
  private let upload: Mutex<Upload?>
  private let range: ContentRange?

  init(_ upload: sending Upload, _ range: ContentRange?) {
    self.upload = Mutex(upload)
    self.range = range
  }

  func write(_ bytes: [UInt8]) throws { try upload.withLock { try $0?.write(bytes) } }

  func finish() throws -> Response {
    try upload.withLock { upload in
      defer { upload = nil }
      guard let open = upload else { throw AppError(.conflict, "The upload has ended already.") }
      if let range, open.received != range.last + 1 {
        throw AppError(.invalid, "Content-Range declares bytes up to \(range.last), but \(open.received) came.")
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

/// The part of a file that a request brings: `Content-Range: bytes 0-1048575/2097152` (RFC 9110 §14.4).
struct ContentRange {
  let first: Int
  let last: Int
  let total: Int

  /// Nil where there is no such field: the request brings all of it.
  /// - Throws: ``AppError`` for a field that can't be read.
  init?(_ field: String?) throws(AppError) {
    guard let field else { return nil }
    let numbers = field.dropFirst(6).split(omittingEmptySubsequences: false) { $0 == "-" || $0 == "/" }.map { text in
      text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
    }
    guard field.hasPrefix("bytes "), numbers.count == 3, let first = numbers[0], let last = numbers[1],
      let total = numbers[2], first <= last, last < total
    else { throw AppError(.invalid, "Content-Range must look like bytes 0-1048575/2097152.") }
    (self.first, self.last, self.total) = (first, last, total)
  }
}
