import Domain
import Files

/// A job's source stays what it was when the job was accepted.
///
/// An upload gets a second name for the job, which keeps the file although another one is uploaded under its name, or
/// the name is deleted. A path can't be kept; if it was changed since, the job fails instead of reading something else.
extension SourceRoot {
  /// Holds a source for a job, until ``release(job:)``.
  /// - Parameter expected: the version that the source must have; nil accepts any.
  /// - Returns: the version that it has. Pass it to ``resolve(_:forJob:as:)`` when the job reads the source.
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
    // A file that is held stays the same from here on, even if its name is replaced or deleted.
    let path = RawPath(hold(name, forJob: id) ?? found.path)
    var version = SourceVersion(ofFiles: [path])
    // The hash is of the file that has the name now, which may already be another one.
    let sha256 = expected?.sha256 == nil ? uploads.sha256(name) : uploads.computedSHA256(name, mayNote: { true })
    if SourceVersion(ofFiles: [RawPath(uploads.whole(name))]).stamp == version.stamp { version.sha256 = sha256 }
    if let expected, !version.isSame(as: expected) {
      release(job: id)
      throw expected.stamp == nil ? .otherUpload(name) : .replacedUpload(name)
    }
    uploads.noteUse(name)
    return version
  }

  /// The source of an accepted job, as it was then.
  /// - Parameter version: nil for a job from an older release, which did not record it.
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

  /// Checks that a source has not changed. Call this after its last frame too: a file may change while it is read.
  func check(_ source: ResolvedSource, is version: SourceVersion) throws(SourceError) {
    var current = SourceVersion(ofFiles: source.files)
    guard current.stamp != version.stamp else { return }
    guard let name = Self.upload(in: source.name) else { throw Self.changed(source, from: version, to: current) }
    // A copy, such as a restored backup, has the same content and another inode.
    current.sha256 = version.sha256 == nil ? nil : try? ContentHash.ofFile(source.path)
    guard current.isSame(as: version) else { throw .replacedUpload(name) }
  }

  /// Releases what a job holds. Does nothing if it holds nothing.
  func release(job id: String) {
    if Identifier.isValid(id) { try? FileSystem.remove(uploads.held(byJob: id)) }
  }

  /// Releases what jobs hold that neither wait nor run: the process may have died between a job's end and its release.
  func releaseAll(except ids: Set<String>) {
    for id in (try? FileSystem.names(in: uploads.jobs)) ?? [] where !ids.contains(id) {
      try? FileSystem.remove("\(uploads.jobs)/\(id)")
    }
  }

  /// - Returns: the path that keeps the file; nil if it can't be held, as on a file system without hard links. Then the
  ///   job reads it by its name.
  private func hold(_ name: String, forJob id: String) -> String? {
    // If an older database was restored, a job with the same number may have left one.
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
  /// The files that it consists of, in order. Of a folder, the first bytes of every file show whether it is a picture.
  var files: [RawPath] {
    guard kind == .folder else { return [RawPath(path)] }
    return (try? PictureSource.contents(of: self).pictures.map(\.path)) ?? []
  }
}
