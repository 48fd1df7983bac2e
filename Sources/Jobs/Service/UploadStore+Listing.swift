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
  ///   - uptime: milliseconds of a clock that never jumps.
  ///   - retention: milliseconds for which an unused upload is kept.
  ///   - inUse: the sources of jobs that wait or run: their uploads stay.
  /// - Returns: the names that were removed.
  package func removeExpired(now: Timestamp, uptime: Int, retention: Int64, inUse: Set<String>) -> [String] {
    guard (try? checkFolder()) != nil else { return [] }
    let names = files.names()
    var candidates: [UploadExpiry.Candidate] = []
    for name in names.whole where !inUse.contains("upload:\(name)") {
      // Its time starts now if it was put there by hand, or by a version that kept uploads for ever.
      guard let used = files.lastUse(name) else {
        files.note(name, sha256: nil)
        continue
      }
      candidates.append(.init(path: files.whole(name), name: name, usedAt: used, retention: retention))
    }
    for name in names.partial where !isInProgress(name) {
      guard let file = files.partial(at: name) else { continue }
      candidates.append(
        .init(
          path: files.partial(name), name: name, usedAt: file.changedAt,
          retention: min(retention, Self.partialRetention)))
    }
    removeStrayRecords(of: Set(names.whole))
    let expired = expiry.withLock { $0.expired(candidates, now: now, uptime: uptime) }
    return expired.filter(remove).map(\.name)
  }

  /// Removes a candidate, unless it was used or replaced in the meantime.
  private func remove(_ candidate: UploadExpiry.Candidate) -> Bool {
    let isRemoved = try? withSlot(candidate.name) { (slot) throws(AppError) in
      slot.turn.withLock { _ in
        let isWhole = candidate.path == files.whole(candidate.name)
        let used =
          isWhole ? files.lastUse(candidate.name) : files.partial(at: candidate.name).map(\.changedAt)
        guard used == candidate.usedAt, (try? FileSystem.remove(candidate.path)) != nil else { return false }
        if isWhole { try? FileSystem.remove(files.about(candidate.name)) }
        return true
      }
    }
    return isRemoved ?? false
  }

  /// Removes the records of uploads that are gone, and files that a crash left among them.
  private func removeStrayRecords(of whole: Set<String>) {
    let folder = files.about("")
    for name in (try? FileSystem.names(in: folder)) ?? [] where !whole.contains(name) && !isInProgress(name) {
      guard files.whole(at: name) == nil || !UploadFolder.isValidName(name) else { continue }
      try? FileSystem.remove(files.about(name))
    }
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
