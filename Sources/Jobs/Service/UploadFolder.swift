import Domain
import Files
import JSONValues

/// The files of a folder of uploads, and what is known about each.
///
/// | path | what it is |
/// |---|---|
/// | `NAME` | a finished upload |
/// | `.partial/NAME` | the first bytes of an unfinished one |
/// | `.about/NAME` | what is known of a finished one: its hash, and when it was last used |
/// | `.jobs/ID/NAME` | a second name of the file that a job reads, until the job ends |
///
/// A name is only ever a regular file: a symbolic link in its place is neither read nor followed.
struct UploadFolder: Sendable {
  let path: String
  /// The time to stamp uses with: not before the true one, even if the wall clock is behind.
  let latestTime: @Sendable () -> Timestamp

  func whole(_ name: String) -> String { "\(path)/\(name)" }
  func partial(_ name: String) -> String { "\(path)/.partial/\(name)" }
  func about(_ name: String) -> String { "\(path)/.about/\(name)" }
  /// The folder of the file that a job holds.
  func held(byJob id: String) -> String { "\(path)/.jobs/\(id)" }
  func held(_ name: String, byJob id: String) -> String { "\(held(byJob: id))/\(name)" }
  var jobs: String { "\(path)/.jobs" }

  /// Creates the folders that are missing.
  func make() throws(FileError) {
    try FileSystem.createFolders(path)
    for folder in [".partial", ".about", ".jobs"] { try FileSystem.createRealFolder("\(path)/\(folder)") }
  }

  /// Removes what a crash left of records that were being written. Call this while no record is being written.
  func removeUnfinishedRecords() {
    for name in (try? FileSystem.names(in: about(""))) ?? [] where !Self.isValidName(name) {
      try? FileSystem.remove(about(name))
    }
  }

  /// 1 to 128 letters, digits, `.`, `-` and `_`, not beginning with a dot: a file name that can't leave its folder.
  static func isValidName(_ name: String) -> Bool {
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

  /// The names of finished and unfinished uploads. Other files in the folder are ignored.
  func names() -> (whole: [String], partial: [String]) {
    func files(in folder: String) -> [String] {
      let names = (try? FileSystem.names(in: folder)) ?? []
      return names.filter { Self.isValidName($0) && FileIdentity("\(folder)/\($0)", followsLinks: false) != nil }
    }
    return (files(in: path), files(in: "\(path)/.partial"))
  }

  func whole(at name: String) -> FileIdentity? { FileIdentity(whole(name), followsLinks: false) }
  func partial(at name: String) -> FileIdentity? { FileIdentity(partial(name), followsLinks: false) }

  // MARK: What is known

  /// The hash of a finished upload; nil if there is no such upload, or if its file was changed since it was hashed.
  func sha256(_ name: String) -> String? {
    guard whole(at: name) != nil, let bytes = try? FileSystem.read(about(name), maxBytes: 4096),
      let json = try? JSON(parsing: bytes).objectValue,
      json["stamp"]?.stringValue == stamp(name), let hash = json["sha256"]?.stringValue, Self.isHash(hash)
    else { return nil }
    return hash
  }

  /// Whether a text is a SHA-256 in lower-case hexadecimal. A record may be damaged or edited by hand.
  private static func isHash(_ text: String) -> Bool {
    text.utf8.count == 64
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
        default: false
        }
      }
  }

  /// Identifies the file that has the name now.
  private func stamp(_ name: String) -> String? { SourceVersion(ofFiles: [RawPath(whole(name))]).stamp }

  /// As ``sha256(_:)``, but reads the file if its hash is unknown: an upload of an earlier version, or from a backup.
  /// - Parameter mayNote: whether the hash may be recorded.
  func computedSHA256(_ name: String, mayNote: () -> Bool) -> String? {
    if let known = sha256(name) { return known }
    // Taken before the file is read, because another one may take its place before the record is written.
    let (before, stamp) = (whole(at: name), stamp(name))
    guard before != nil, let hash = try? ContentHash.ofFile(whole(name)), whole(at: name) == before else { return nil }
    if mayNote() { note(name, sha256: hash, stamp: stamp) }
    return hash
  }

  /// Records the hash of the file that has the name now, and that it was used now. Without the record the hash is computed
  /// again.
  func note(_ name: String, sha256: String?) { note(name, sha256: sha256, stamp: stamp(name)) }

  private func note(_ name: String, sha256: String?, stamp: String?) {
    var json = JSONObject()
    json["stamp"] = stamp.map(JSON.string)
    json["sha256"] = sha256.map(JSON.string)
    try? FileSystem.write(JSON.object(json).encoded(), to: about(name))
    try? FileSystem.touch(about(name), at: latestTime().milliseconds)
  }

  /// Records that a finished upload was used now.
  func noteUse(_ name: String) {
    if (try? FileSystem.touch(about(name), at: latestTime().milliseconds)) == nil { note(name, sha256: nil) }
  }

  /// When a finished upload was last used, as far as that is known.
  func lastUse(_ name: String) -> Timestamp? {
    FileIdentity(about(name), followsLinks: false).map { Timestamp(milliseconds: $0.modified / 1_000_000) }
  }
}
