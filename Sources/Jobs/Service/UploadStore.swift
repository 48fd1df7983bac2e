import Domain
import Files
import Hashing
import Synchronization

/// Stores uploads, which jobs name as `upload:NAME`.
///
/// Bytes go into a partial file, which is renamed at the end: half an upload is never a source. A partial file is kept, so
/// that the upload can be resumed.
package final class UploadStore: Sendable {
  /// The folder of finished uploads, for ``SourceRoot``.
  package let folder: String
  package let maximumBytes: Int
  private let active = Mutex<Set<String>>([])

  /// - Parameter maximumBytes: of one upload; 512 MiB by default.
  package init(folder: String, maximumBytes: Int = 512 << 20) {
    self.folder = folder
    self.maximumBytes = maximumBytes
    try? FileSystem.createFolders("\(folder)/.partial")  // if it fails, so does every upload, and says why
  }

  /// 1 to 128 letters, digits, `.`, `-` and `_`, not beginning with a dot: a file name that can't leave its folder.
  package static func isValidName(_ name: String) -> Bool {
    (1...128).contains(name.utf8.count) && name.utf8.first != UInt8(ascii: ".")
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }

  /// The offset from which an unfinished upload can be resumed; 0 if there is none.
  package func receivedBytes(_ name: String) -> Int {
    Self.isValidName(name) ? FileKind(partialPath(name)).byteCount ?? 0 : 0
  }

  /// Begins an upload, or resumes one.
  /// - Parameters:
  ///   - offset: 0 to start over, otherwise the number of bytes received so far: the start of `Content-Range`.
  ///   - total: bytes of the whole file; nil if the end of the request is the end of the file.
  /// - Throws: ``AppError``: `invalid` for the name, `tooLarge`, `conflict` for a wrong offset or a second upload of the
  ///   same name at the same time.
  package func begin(_ name: String, offset: Int = 0, total: Int? = nil) throws(AppError) -> Upload {
    guard Self.isValidName(name) else {
      throw AppError(
        .invalid, "The name of an upload has 1 to 128 letters, digits, dots, - and _, and doesn't begin with a dot.")
    }
    guard offset >= 0, offset <= maximumBytes, total ?? 0 <= maximumBytes else { throw tooLarge }
    guard active.withLock({ $0.insert(name).inserted }) else {
      throw AppError(.conflict, "\(name) is being uploaded already. Wait for it, or choose another name.")
    }
    do {
      return try Upload(name: name, offset: offset, total: total, store: self)
    } catch {
      release(name)
      throw error
    }
  }

  var tooLarge: AppError { AppError(.tooLarge, "An upload has at most \(maximumBytes) bytes.") }

  func partialPath(_ name: String) -> String { "\(folder)/.partial/\(name)" }
  func release(_ name: String) { active.withLock { _ = $0.remove(name) } }
}

/// The answer to a finished upload.
package struct UploadReceipt: Equatable, Sendable {
  /// `upload:NAME`, the source of a job.
  package let source: String
  package let bytes: Int
  /// Lower-case hexadecimal.
  package let sha256: String
}

/// An upload in progress. Used by one thread. If it is released unfinished, the upload can be resumed.
package final class Upload {
  private let name: String
  private let store: UploadStore
  private let total: Int?
  private let file: OpenFile
  private var hash = SHA256()
  /// Whether bytes received before this request are not hashed yet. Hashing them may take long, so it is put off until the
  /// first write: ``UploadStore/begin(_:offset:total:)`` runs on a loop.
  private var needsHash: Bool
  package private(set) var received: Int

  fileprivate init(name: String, offset: Int, total: Int?, store: UploadStore) throws(AppError) {
    self.name = name
    self.store = store
    self.total = total
    let path = store.partialPath(name)
    let kept = store.receivedBytes(name)
    guard offset == 0 || offset == kept else {
      throw AppError(.conflict, "\(kept) bytes of \(name) were received. Resume there, or start over at 0.")
    }
    received = offset
    needsHash = offset > 0
    do throws(FileError) {
      file = try OpenFile(path, for: .updating)
      try file.truncate(to: offset)
    } catch {
      throw Self.notStored(error)
    }
  }

  deinit { store.release(name) }

  /// - Throws: ``AppError``: `tooLarge` before a byte beyond the limit is written, `invalid` beyond the announced total,
  ///   `storageFull` if the disk is full.
  package func write(_ bytes: [UInt8]) throws(AppError) {
    guard bytes.count <= store.maximumBytes - received else { throw store.tooLarge }
    if let total, bytes.count > total - received {
      throw AppError(.invalid, "More bytes were sent than the \(total) that were announced.")
    }
    try hashReceived()
    do throws(FileError) {
      try file.write(bytes, at: received)
    } catch {
      // Bytes that were written before the error would count as received when the upload resumes.
      try? file.truncate(to: received)
      throw Self.notStored(error)
    }
    hash.update(bytes)
    received += bytes.count
  }

  /// To be called at the end of the request.
  /// - Returns: Nil if bytes of the announced total are missing: another request sends the rest.
  package func finish() throws(AppError) -> UploadReceipt? {
    if let total, received < total { return nil }
    try hashReceived()
    do throws(FileError) {
      try FileSystem.move(store.partialPath(name), to: "\(store.folder)/\(name)")
    } catch {
      throw Self.notStored(error)
    }
    let digest = hash
    return UploadReceipt(source: "upload:\(name)", bytes: received, sha256: hex(digest.finalize()))
  }

  private func hashReceived() throws(AppError) {
    guard needsHash else { return }
    needsHash = false
    do throws(FileError) {
      let file = try OpenFile(store.partialPath(name), for: .reading)
      var piece: [UInt8] = []
      while try file.read(1 << 20, appendingTo: &piece) > 0 {
        hash.update(piece)
        piece.removeAll(keepingCapacity: true)
      }
    } catch {
      throw AppError(.internal, "\(error)")
    }
  }

  private static func notStored(_ error: FileError) -> AppError {
    AppError(.storageFull, "The upload can't be stored: \(error.reason).")
  }
}
