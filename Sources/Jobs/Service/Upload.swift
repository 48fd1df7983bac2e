import Domain
import Files
import Hashing

/// A request that sends a file or a piece of one. Used by one thread. If it is released unfinished, the upload can be
/// resumed.
///
/// Before its first write or its end, it touches no file and takes over from no earlier request. So an event loop can make
/// it, and a request whose conditions don't hold changes nothing.
package final class Upload {
  /// Where the bytes go.
  private enum Target {
    /// They are written into the partial file, as far as they are not there already.
    case partial(File)
    /// The file was finished by an earlier request. They are compared with it.
    case finished(File)
  }

  /// A class, because the file isn't copyable and `Target` must be.
  private final class File {
    let file: OpenFile
    init(_ file: consuming OpenFile) { self.file = file }
  }

  private let name: String
  private let offset: Int
  private let total: Int?
  private let store: UploadStore
  private let slot: UploadSlot
  /// Its place among the requests for the name.
  private let ticket: Int
  /// Nil before the first write.
  private var target: Target?
  private var isEnded = false
  /// The hash so far, if this request sends the file from its start; nil if the file has to be read at the end.
  private var hash: SHA256?
  /// How many bytes are in the file.
  private var kept = 0
  /// The offset in the file of the next byte of this request.
  package private(set) var position: Int

  init(name: String, offset: Int, total: Int?, store: UploadStore, slot: UploadSlot) {
    self.name = name
    self.offset = offset
    self.total = total
    self.store = store
    self.slot = slot
    ticket = slot.issueTicket()
    position = offset
    if offset == 0 { hash = SHA256() }
  }

  deinit { store.release(name) }

  /// How many bytes have arrived with this request and earlier ones.
  package var received: Int { max(kept, position) }

  /// - Throws: ``AppError``: `tooLarge` before a byte beyond the limit is written, `invalid` beyond the announced total,
  ///   `storageFull` if the disk is full, `conflict` if bytes before the offset are missing, if the bytes differ from those
  ///   that were sent before or if a later request has taken over.
  package func write(_ bytes: [UInt8]) throws(AppError) {
    guard bytes.count <= store.limits.bytes - position else { throw store.tooLarge }
    if let total, bytes.count > total - position {
      throw AppError(.invalid, "More bytes were sent than the \(total) that were announced.")
    }
    try inTurn { target throws(AppError) in
      switch target {
      case .partial(let open): try write(bytes, to: open.file)
      case .finished(let open): try compare(bytes[...], with: open.file)
      }
    }
    position += bytes.count
  }

  /// Call this at the end of the request. When it returns, the received bytes are on the disk.
  package func finish() throws(AppError) -> UploadProgress {
    try inTurn { target throws(AppError) in
      isEnded = true
      guard case .partial(let open) = target else {
        guard let receipt = store.receipt(name) else { throw store.missingBytes(name) }
        return .whole(receipt)
      }
      // Another server may own the paths now, so check before the move, and after it, before acknowledging the upload.
      try store.checkFolder()
      let progress: UploadProgress
      do throws(FileError) {
        // Its time counts from now, even if its record can't be written.
        try open.file.touch(at: store.files.latestTime().milliseconds)
        try open.file.synchronize()
        let isPartial = total.map { received < $0 } ?? false
        progress = isPartial ? .partial(received: received) : .whole(try publish())
      } catch {
        throw UploadStore.failure(error, what: "stored")
      }
      try store.checkFolder()
      return progress
    }
  }

  /// Makes the partial file the finished one.
  private func publish() throws(FileError) -> UploadReceipt {
    let digest: String
    if let hash {
      digest = hex(hash.finalize())
    } else {
      digest = try ContentHash.ofFile(store.files.partial(name))
    }
    let isNew = store.files.whole(at: name) == nil
    try FileSystem.move(store.files.partial(name), to: store.files.whole(name))
    FileSystem.synchronizeFolder(store.folder)
    // If the process dies before this, the hash is computed when it is needed.
    store.files.note(name, sha256: digest)
    return UploadReceipt(name: name, bytes: received, sha256: digest, isNew: isNew)
  }

  // MARK: Files

  /// Runs `body` while no other request changes the name's files.
  private func inTurn<Result: Sendable>(_ body: (Target) throws(AppError) -> Result) throws(AppError) -> Result {
    try slot.turn.withLock { _ throws(AppError) in
      guard !slot.isOvertaken(ticket), !isEnded else {
        throw AppError(
          .conflict, "A later request uploads or deletes \(name). Send the file again, or under another name.")
      }
      let target = if let known = self.target { known } else { try open() }
      self.target = target
      return try body(target)
    }
  }

  /// Opens the target, and takes over from earlier requests unless this one is refused.
  private func open() throws(AppError) -> Target {
    try store.checkFolder()
    kept = offset == 0 ? 0 : store.receivedBytes(name)
    if offset > 0, kept == 0, let total, store.files.whole(at: name)?.byteCount == total {
      do throws(FileError) {
        let file = try OpenFile(store.files.whole(name), for: .reading, followsLinks: false)
        slot.takeOver(ticket)
        return .finished(File(file))
      } catch {
        throw store.missingBytes(name)
      }
    }
    guard offset <= kept, kept <= total ?? .max else { throw store.missingBytes(name) }
    if store.files.partial(at: name) == nil, store.files.whole(at: name) == nil { try store.checkCount() }
    slot.takeOver(ticket)
    do throws(FileError) {
      let file = try OpenFile(store.files.partial(name), for: .updating, followsLinks: false)
      try file.truncate(to: kept)
      return .partial(File(file))
    } catch {
      throw UploadStore.failure(error, what: "stored")
    }
  }

  private func write(_ bytes: [UInt8], to file: borrowing OpenFile) throws(AppError) {
    let repeated = min(max(kept - position, 0), bytes.count)
    if repeated > 0 { try compare(bytes[..<repeated], with: file) }
    let rest = repeated == 0 ? bytes : Array(bytes[repeated...])
    do throws(FileError) {
      if !rest.isEmpty { try file.write(rest, at: position + repeated) }
      // The write has set the time to the wall clock's, which may be behind.
      let latest = store.files.latestTime().milliseconds
      if latest > Timestamp.now().milliseconds + 1_000 { try file.touch(at: latest) }
    } catch {
      // Bytes that were written before the error would count as received when the upload resumes.
      try? file.truncate(to: received)
      throw UploadStore.failure(error, what: "stored")
    }
    kept = max(kept, position + bytes.count)
    hash?.update(bytes)
  }

  /// - Throws: ``AppError`` with the code `conflict` if the file has other bytes at this position.
  private func compare(_ bytes: ArraySlice<UInt8>, with file: borrowing OpenFile) throws(AppError) {
    let stored: [UInt8]
    do throws(FileError) {
      stored = try file.read(bytes.count, at: position)
    } catch {
      throw AppError(.internal, "\(error)")
    }
    guard bytes.elementsEqual(stored) else {
      throw AppError(
        .conflict, "Other bytes of \(name) were received for this place, so this is another file. Start over at 0.")
    }
  }
}
