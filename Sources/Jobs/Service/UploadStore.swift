import Domain
import Files
import Store
import Synchronization

/// Stores uploads, which jobs name as `upload:NAME`.
///
/// Bytes go into a partial file, which is renamed at the end: half an upload is never a source. A partial file is kept, so
/// that the upload can be resumed. Every step may be repeated, because its answer may have been lost: bytes that are
/// already there are compared instead of written.
///
/// Callable from any thread; everything but ``begin(_:)`` and ``begin(_:offset:total:)`` waits for the disk. One request at
/// a time changes the files of a name; a later request takes over from an earlier one, whose client may be gone without
/// the server knowing it yet.
package final class UploadStore: Sendable {
  package struct Limits: Sendable {
    /// Of one upload.
    package var bytes: Int
    /// Of all uploads, finished and unfinished.
    package var count: Int

    package init(bytes: Int = 512 << 20, count: Int = 10_000) {
      self.bytes = bytes
      self.count = count
    }
  }

  package let limits: Limits
  let files: UploadFolder
  let checkFolder: @Sendable () throws(AppError) -> Void
  /// The names that requests are changing, each with the number of those requests.
  private let slots = Mutex<[String: (slot: UploadSlot, users: Int)]>([:])

  /// - Parameters:
  ///   - latestTime: the time to stamp uses with: not before the true one, even if the wall clock is behind.
  ///   - checkFolder: throws if the data folder is no longer the one that the server opened. Blocks.
  package init(
    folder: String, limits: Limits = Limits(), latestTime: @escaping @Sendable () -> Timestamp = Timestamp.now,
    checkFolder: @escaping @Sendable () throws(AppError) -> Void = { () throws(AppError) in }
  ) {
    files = UploadFolder(path: folder, latestTime: latestTime)
    self.limits = limits
    self.checkFolder = checkFolder
    try? files.make()  // if it fails, so does every upload, and says why
    files.removeUnfinishedRecords()
  }

  /// The folder of finished uploads.
  package var folder: String { files.path }

  /// Whether a name is 1 to 128 letters, digits, `.`, `-` and `_`, not beginning with a dot.
  package static func isValidName(_ name: String) -> Bool { UploadFolder.isValidName(name) }

  // MARK: Receiving

  /// Begins a request that sends a whole file. Touches no file, so that an event loop may call it.
  /// - Throws: ``AppError`` with the code `invalid` for the name.
  package func begin(_ name: String) throws(AppError) -> Upload { try begin(name, offset: 0, total: nil) }

  /// Begins a request that sends a piece of a file. Touches no file, so that an event loop may call it.
  /// - Parameters:
  ///   - offset: the place of the piece's first byte; 0 starts over.
  ///   - total: the bytes of the whole file.
  /// - Throws: ``AppError``: `invalid` for the name, or `tooLarge`.
  package func begin(_ name: String, offset: Int, total: Int) throws(AppError) -> Upload {
    try checkName(name)
    guard offset <= limits.bytes, total <= limits.bytes else { throw tooLarge }
    return try begin(name, offset: offset, total: total as Int?)
  }

  private func begin(_ name: String, offset: Int, total: Int?) throws(AppError) -> Upload {
    try checkName(name)
    return Upload(name: name, offset: offset, total: total, store: self, slot: slot(for: name))
  }

  /// - Throws: ``AppError`` with the code `invalid`.
  package func checkName(_ name: String) throws(AppError) {
    guard Self.isValidName(name) else {
      throw AppError(
        .invalid, "The name of an upload has 1 to 128 letters, digits, dots, - and _, and doesn't begin with a dot.")
    }
  }

  /// The bytes of an unfinished upload; 0 if there is none.
  package func receivedBytes(_ name: String) -> Int {
    Self.isValidName(name) ? files.partial(at: name)?.byteCount ?? 0 : 0
  }

  /// How much of a file has arrived: the unfinished upload, or else the finished one if it has the announced size.
  /// Finishes an upload that has all its bytes, in case the process died before it could.
  package func progress(of name: String, total: Int) throws(AppError) -> UploadProgress {
    let received = receivedBytes(name)
    if received > 0, received == total { return try begin(name, offset: total, total: total).finish() }
    if received == 0, files.whole(at: name)?.byteCount == total, let receipt = receipt(name) { return .whole(receipt) }
    return .partial(received: received)
  }

  var tooLarge: AppError { AppError(.tooLarge, "An upload has at most \(limits.bytes) bytes.") }

  func missingBytes(_ name: String) -> AppError {
    AppError(.conflict, "\(receivedBytes(name)) bytes of \(name) were received. Resume there, or start over at 0.")
  }

  /// Checks that there may be another name.
  /// - Throws: ``AppError`` with the code `storageFull`.
  func checkCount() throws(AppError) {
    let names = files.names()
    guard Set(names.whole).union(names.partial).count < limits.count else {
      throw AppError(.storageFull, "There are \(limits.count) uploads already. Delete those that are no longer needed.")
    }
  }

  /// The error for a file that can't be written or removed.
  /// - Parameter what: what can't be done with the upload.
  static func failure(_ error: FileError, what: String) -> AppError {
    if error.writeFault != nil { return StoreError(error).appError }
    return AppError(
      .storageUnavailable,
      "The upload can't be \(what): \(error.reason). Check that the folder uploads is in the data folder and can be written, or restart the server."
    )
  }

  // MARK: Reading

  /// The answer to the finished upload of this name; nil if there is none. Reads the file if its hash is unknown.
  package func receipt(_ name: String) -> UploadReceipt? {
    guard Self.isValidName(name), let file = files.whole(at: name),
      // Another server may own what is in the folder's place now.
      let hash = files.computedSHA256(name, mayNote: { (try? checkFolder()) != nil })
    else { return nil }
    return UploadReceipt(name: name, bytes: file.byteCount, sha256: hash, isNew: false)
  }

  /// The path of a finished upload; nil if there is none.
  package func path(of name: String) -> String? {
    Self.isValidName(name) && files.whole(at: name) != nil ? files.whole(name) : nil
  }

  // MARK: Removing

  /// Removes an upload, finished and unfinished. Jobs that wait for it or read it keep their file.
  /// - Throws: ``AppError``: `notFound` if there is none, `storageUnavailable` if it can't be removed.
  package func delete(_ name: String) throws(AppError) {
    guard Self.isValidName(name), files.whole(at: name) != nil || files.partial(at: name) != nil else {
      throw AppError(.notFound, "There is no upload \(name). GET /v1/uploads lists all of them.")
    }
    try checkFolder()
    try withSlot(name) { (slot) throws(AppError) in
      let ticket = slot.issueTicket()
      try slot.turn.withLock { _ throws(AppError) in
        // A request that is still sending must not bring it back.
        slot.takeOver(ticket)
        do throws(FileError) {
          for path in [files.whole(name), files.partial(name), files.about(name)] { try FileSystem.remove(path) }
        } catch {
          throw Self.failure(error, what: "removed")
        }
      }
    }
  }

  // MARK: Slots

  /// Runs `body` with the slot of a name.
  func withSlot<Result>(_ name: String, _ body: (UploadSlot) throws(AppError) -> Result) throws(AppError) -> Result {
    let slot = slot(for: name)
    defer { release(name) }
    return try body(slot)
  }

  /// Whether a request is changing the files of a name.
  func isInProgress(_ name: String) -> Bool { slots.withLock { $0[name] != nil } }

  /// The slot of a name. Adds a user to it; balance each call with ``release(_:)``.
  private func slot(for name: String) -> UploadSlot {
    slots.withLock { slots in
      let (slot, users) = slots[name] ?? (UploadSlot(), 0)
      slots[name] = (slot, users + 1)
      return slot
    }
  }

  func release(_ name: String) {
    slots.withLock { slots in
      guard let (slot, users) = slots[name] else { return }
      slots[name] = users > 1 ? (slot, users - 1) : nil
    }
  }
}

/// One name whose files are being changed.
final class UploadSlot: Sendable {
  /// Held while the files are changed.
  let turn = Mutex(())
  private let issued = Atomic(0)
  private let newest = Atomic(0)

  /// A new request's place among the requests for the name. Has no effect on the others.
  func issueTicket() -> Int { issued.add(1, ordering: .relaxed).newValue }

  /// Ends every earlier request. Call this in the request's turn.
  func takeOver(_ ticket: Int) { newest.max(ticket, ordering: .relaxed) }

  /// Whether a later request has taken over.
  func isOvertaken(_ ticket: Int) -> Bool { newest.load(ordering: .relaxed) > ticket }
}

/// The answer to a finished upload.
package struct UploadReceipt: Equatable, Sendable {
  package let name: String
  package let bytes: Int
  /// Lower-case hexadecimal.
  package let sha256: String
  /// Whether there was no finished upload of this name before.
  package let isNew: Bool

  /// `upload:NAME`, the source of a job.
  package var source: String { "upload:\(name)" }
}

/// What has arrived of a file that is sent in pieces.
package enum UploadProgress: Equatable, Sendable {
  case partial(received: Int)
  case whole(UploadReceipt)
}
