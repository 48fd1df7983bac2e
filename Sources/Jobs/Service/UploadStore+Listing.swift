import Domain
import Files
import JSONValues

/// An upload in a list.
package struct ListedUpload: Equatable, Sendable {
  package let name: String
  /// How many have arrived so far, if it is unfinished.
  package let bytes: Int
  /// Whether it is a source. An upload that is being replaced is listed as finished.
  package let isWhole: Bool
  /// Nil if it is unfinished, or if the file was not hashed since it was put there.
  package let sha256: String?
  /// When the last byte arrived.
  package let changedAt: Timestamp
  /// When it expires; nil while a job that waits or runs uses it.
  package let expiresAt: Timestamp?

  package var json: JSONObject {
    [
      "name": .string(name), "source": isWhole ? .string("upload:\(name)") : .null, "bytes": .int(bytes),
      "sha256": sha256.map(JSON.string) ?? .null, "complete": .bool(isWhole),
      "changed_at": .string(changedAt.description), "expires_at": expiresAt.map { .string($0.description) } ?? .null,
      "in_use": .bool(isWhole && expiresAt == nil),
    ]
  }
}

extension UploadStore {
  /// A page of uploads by name, finished and unfinished.
  /// - Parameters:
  ///   - cursor: the last name of the page before; nil for the first page.
  ///   - retention: milliseconds for which an unused upload is kept.
  ///   - inUse: the sources of jobs that wait or run.
  /// - Returns: the uploads, and the cursor of the next page; nil if this is the last one.
  package func list(
    after cursor: String?, limit: Int, retention: Int64, inUse: Set<String>
  ) -> (uploads: [ListedUpload], next: String?) {
    let names = files.names()
    let whole = Set(names.whole)
    let rest = whole.union(names.partial).filter { name in cursor.map { $0 < name } ?? true }.sorted()
    let page = rest.prefix(limit).compactMap { name in
      whole.contains(name)
        ? listed(name, retention: retention, inUse: inUse) : listedPartial(name, retention: retention)
    }
    return (page, rest.count > limit ? rest[limit - 1] : nil)
  }

  private func listed(_ name: String, retention: Int64, inUse: Set<String>) -> ListedUpload? {
    guard let file = files.whole(at: name) else { return nil }
    let used = lastUse(name, file)
    return ListedUpload(
      name: name, bytes: file.byteCount, isWhole: true, sha256: files.sha256(name), changedAt: file.changedAt,
      expiresAt: inUse.contains("upload:\(name)") ? nil : used.adding(retention))
  }

  private func listedPartial(_ name: String, retention: Int64) -> ListedUpload? {
    files.partial(at: name).map { file in
      ListedUpload(
        name: name, bytes: file.byteCount, isWhole: false, sha256: nil, changedAt: file.changedAt,
        expiresAt: file.changedAt.adding(min(retention, Self.partialRetention)))
    }
  }

  private func lastUse(_ name: String, _ file: FileIdentity) -> Timestamp {
    max(file.changedAt, files.lastUse(name) ?? file.changedAt)
  }

  /// How long unfinished uploads are kept, in milliseconds: a client that resumes does so within a day.
  static let partialRetention: Int64 = 86_400_000

  // MARK: Expiry

  /// Removes uploads that were not used for their retention. Call this about once a minute.
  /// - Parameters:
  ///   - now: a lower bound of the true time, whatever the wall clock says; see ``RetentionClock``.
  ///   - retention: milliseconds for which an unused upload is kept.
  ///   - inUse: the sources of jobs that wait or run: their uploads stay.
  /// - Returns: the names that were removed.
  package func removeExpired(now: Timestamp, retention: Int64, inUse: Set<String>) -> [String] {
    guard (try? checkFolder()) != nil else { return [] }
    let names = files.names()
    var removed: [String] = []
    for name in names.whole where !inUse.contains("upload:\(name)") {
      if files.lastUse(name) == nil {
        startTime(of: name)
      } else if removeWhole(name, usedBefore: now.adding(-retention)) {
        removed.append(name)
      }
    }
    let oldest = now.adding(-min(retention, Self.partialRetention))
    removed += names.partial.filter { removePartial($0, changedBefore: oldest) }
    removeStrayRecords(of: Set(names.whole))
    return removed
  }

  /// The time of a file starts now if it was put there by hand, or by a version that kept uploads for ever.
  private func startTime(of name: String) {
    _ = inTurn(of: name) {
      // A request may have finished it in the meantime.
      if files.lastUse(name) == nil { files.note(name, sha256: nil) }
      return true
    }
  }

  private func removeWhole(_ name: String, usedBefore oldest: Timestamp) -> Bool {
    func isExpired() -> Bool { files.whole(at: name).map { lastUse(name, $0) <= oldest } ?? false }
    guard isExpired() else { return false }
    return inTurn(of: name) {
      // It may have been used or replaced in the meantime.
      guard isExpired(), (try? FileSystem.remove(files.whole(name))) != nil else { return false }
      try? FileSystem.remove(files.about(name))
      return true
    }
  }

  private func removePartial(_ name: String, changedBefore oldest: Timestamp) -> Bool {
    func isExpired() -> Bool { files.partial(at: name).map { $0.changedAt <= oldest } ?? false }
    guard !isInProgress(name), isExpired() else { return false }
    return inTurn(of: name) { isExpired() && (try? FileSystem.remove(files.partial(name))) != nil }
  }

  /// Removes the records of uploads that are gone. Names that no upload can have are records that are being written.
  private func removeStrayRecords(of whole: Set<String>) {
    for name in (try? FileSystem.names(in: files.about(""))) ?? []
    where UploadFolder.isValidName(name) && !whole.contains(name) && !isInProgress(name) {
      _ = inTurn(of: name) { files.whole(at: name) == nil && (try? FileSystem.remove(files.about(name))) != nil }
    }
  }

  /// Runs `body` while no request changes the files of a name.
  private func inTurn(of name: String, _ body: () -> Bool) -> Bool {
    let result = try? withSlot(name) { (slot) throws(AppError) in slot.turn.withLock { _ in body() } }
    return result ?? false
  }
}

extension FileIdentity {
  fileprivate var changedAt: Timestamp { Timestamp(milliseconds: modified / 1_000_000) }
}

extension Timestamp {
  fileprivate func adding(_ milliseconds: Int64) -> Timestamp {
    Timestamp(milliseconds: self.milliseconds + milliseconds)
  }
}
