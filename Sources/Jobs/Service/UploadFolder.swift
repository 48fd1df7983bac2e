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
      json["stamp"]?.stringValue == SourceVersion(ofFiles: [RawPath(whole(name))]).stamp
    else { return nil }
    return json["sha256"]?.stringValue
  }

  /// As ``sha256(_:)``, but reads the file if its hash is unknown: an upload of an earlier version, or from a backup.
  func computedSHA256(_ name: String) -> String? {
    if let known = sha256(name) { return known }
    let before = whole(at: name)
    guard before != nil, let hash = try? ContentHash.ofFile(whole(name)), whole(at: name) == before else { return nil }
    note(name, sha256: hash)
    return hash
  }

  /// Records the hash of a finished upload, and that it was used now. Without the record the hash is computed again.
  func note(_ name: String, sha256: String?) {
    var json = JSONObject()
    json["stamp"] = SourceVersion(ofFiles: [RawPath(whole(name))]).stamp.map(JSON.string)
    json["sha256"] = sha256.map(JSON.string)
    try? FileSystem.write(JSON.object(json).encoded(), to: about(name))
  }

  /// Records that a finished upload was used now.
  func noteUse(_ name: String) {
    if (try? FileSystem.touch(about(name))) == nil { note(name, sha256: nil) }
  }

  /// When a finished upload was last used, as far as that is known.
  func lastUse(_ name: String) -> Timestamp? {
    FileIdentity(about(name), followsLinks: false).map { Timestamp(milliseconds: $0.modified / 1_000_000) }
  }
}
