import Domain
import Files

/// A job's source stays what it was when the job was accepted.
///
/// An upload gets a second name for the job, which keeps the file although another one is uploaded under its name, or
/// the name is deleted. A path can't be kept; if it was changed since, the job fails instead of reading something else.
extension SourceRoot {
  /// Holds a source for a job, until ``release(job:)``.
  /// - Parameter expected: what it must be; nil for whatever it is now.
  /// - Returns: what it is. The job must be given this again when it reads the source.
  func accept(
    _ source: String, forJob id: String, expecting expected: SourceVersion?
  ) throws(SourceError) -> SourceVersion {
    let found = try resolve(source)
    guard let name = Self.upload(in: source) else {
      let version = SourceVersion(ofFiles: found.files)
      guard let expected else { return version }
      guard expected.stamp != nil else { throw .contentOfPath(source) }
      guard version.isSame(as: expected) else { throw Self.changed(found, from: expected, to: version) }
      return version
    }
    // From here on the file is the same, whatever becomes of the name.
    let path = RawPath(hold(name, forJob: id) ?? found.path)
    var version = SourceVersion(ofFiles: [path])
    // The hash belongs to the file that has the name now, which may be another one already.
    let sha256 = expected?.sha256 == nil ? uploads.sha256(name) : uploads.computedSHA256(name)
    if SourceVersion(ofFiles: [RawPath(uploads.whole(name))]).stamp == version.stamp { version.sha256 = sha256 }
    if let expected, !version.isSame(as: expected) {
      release(job: id)
      throw expected.stamp == nil ? .otherUpload(name) : .replacedUpload(name)
    }
    uploads.noteUse(name)
    return version
  }

  /// The source of a job that was accepted, as it was then.
  /// - Parameter version: nil for a job of a version that did not record it.
  func resolve(_ source: String, forJob id: String, as version: SourceVersion?) throws(SourceError) -> ResolvedSource {
    var found: ResolvedSource
    if let name = Self.upload(in: source), UploadFolder.isValidName(name),
      FileIdentity(uploads.held(name, byJob: id), followsLinks: false) != nil
    {
      found = try ResolvedSource(name: source, path: uploads.held(name, byJob: id), root: uploads.path)
    } else {
      found = try resolve(source)
    }
    if let version { try check(found, is: version) }
    return found
  }

  /// Checks that a source is still what it was. To be called after its last frame too: a file may change while it is read.
  func check(_ source: ResolvedSource, is version: SourceVersion) throws(SourceError) {
    var current = SourceVersion(ofFiles: source.files)
    guard current.stamp != version.stamp else { return }
    guard let name = Self.upload(in: source.name) else { throw Self.changed(source, from: version, to: current) }
    // A copy, such as a restored backup, has the same content and another inode.
    current.sha256 = version.sha256 == nil ? nil : try? ContentHash.ofFile(source.path)
    guard current.isSame(as: version) else { throw .replacedUpload(name) }
  }

  /// Gives up what a job holds. A job that holds nothing is no error.
  func release(job id: String) {
    if Identifier.isValid(id) { try? FileSystem.remove(uploads.held(byJob: id)) }
  }

  /// Gives up what jobs hold that neither wait nor run: the process may have ended between the end of a job and this.
  func releaseAll(except ids: Set<String>) {
    for id in (try? FileSystem.names(in: uploads.jobs)) ?? [] where !ids.contains(id) {
      try? FileSystem.remove("\(uploads.jobs)/\(id)")
    }
  }

  /// - Returns: the path that keeps the file; nil if the file system has no hard links, and the name alone must do.
  private func hold(_ name: String, forJob id: String) -> String? {
    // A job of the same number may have left one, if an older database was restored since.
    release(job: id)
    do throws(FileError) {
      try FileSystem.createRealFolder(uploads.held(byJob: id))
      try FileSystem.addName(uploads.held(name, byJob: id), to: uploads.whole(name))
      return uploads.held(name, byJob: id)
    } catch {
      release(job: id)
      return nil
    }
  }

  private static func changed(
    _ source: ResolvedSource, from before: SourceVersion, to now: SourceVersion
  ) -> SourceError {
    let isFolder = source.kind == .folder
    return .changed(
      source.name, before: isFolder ? before.fileCount : nil, now: isFolder ? now.fileCount : nil)
  }
}

extension ResolvedSource {
  /// The files that it consists of, in order.
  var files: [RawPath] {
    guard kind == .folder else { return [RawPath(path)] }
    return (try? PictureSource.contents(of: self).pictures.map(\.path)) ?? []
  }
}
