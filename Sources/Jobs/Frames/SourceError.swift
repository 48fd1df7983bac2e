/// Why a source can't be opened or read, as a sentence for the person who chose it.
package enum SourceError: Error, Equatable, Sendable, CustomStringConvertible {
  case empty
  case outsideRoot(String)
  case missing(String)
  case missingUpload(String)
  case unreadable(String, reason: String)
  case emptyFolder(String)
  /// Nothing in the folder can be read. `skipped` names the files with their reasons.
  case nothingReadable(String, skipped: String)
  case fileTooLarge(String, maximumBytes: Int)
  case noFrames(String)
  case noVideo(String)
  /// The file ends before its first frame does.
  case cutOff(String)
  /// - Parameters:
  ///   - what: such as `an animated WebP`; nil if the file's first bytes aren't recognised.
  ///   - version: ffmpeg's own; nil if unknown.
  case undecodable(String, what: String?, version: String?, reason: String)
  case programMissing(String, source: String)
  case programFailed(String, reason: String)
  /// The source has changed since the job was accepted. The numbers count pictures; nil for a single file.
  case changed(String, before: Int?, now: Int?)
  /// The upload was replaced after the job was accepted with it.
  case replacedUpload(String)
  /// The upload's content is not the one that the request names.
  case otherUpload(String)
  /// The request names a content, but its source is not an upload.
  case contentOfPath(String)

  package var description: String {
    switch self {
    case .empty:
      "The source is empty. Name a file or folder below the source root, or upload:NAME."
    case .outsideRoot(let source):
      "The source \(source) is outside the source root. Name a path below it, or upload the file."
    case .missing(let source):
      "The source \(source) does not exist below the source root."
    case .missingUpload(let name):
      "There is no upload \(name). Upload the file first, or name another source."
    case .unreadable(let source, let reason):
      "The source \(source) can't be read: \(reason)."
    case .emptyFolder(let source):
      "The folder \(source) is empty. A folder of pictures is a source."
    case .nothingReadable(let source, let skipped):
      "The folder \(source) holds no picture that can be read: \(skipped)."
    case .fileTooLarge(let source, let maximumBytes):
      "The picture \(source) is longer than \(maximumBytes) bytes."
    case .noFrames(let source):
      "The source \(source) holds no frames."
    case .noVideo(let source):
      "The source \(source) holds no video and no picture, only other streams such as sound."
    case .cutOff(let source):
      "The source \(source) is cut off before the end of its first frame. Copy or upload it again."
    case .undecodable(let source, nil, _, let reason):
      "The source \(source) is neither a video, a picture nor a folder of pictures that can be read: \(reason)."
    case .undecodable(let source, let what?, let version, let reason):
      "ffmpeg\(version.map { " \($0)" } ?? "") can't decode \(source), \(what): \(reason). If the file is whole, install a newer ffmpeg, or convert the file."
    case .programMissing(let program, let source):
      "Reading \(source) needs \(program), which is not on the PATH. Install \(program), or use a y4m video or PNG pictures."
    case .programFailed(let program, let reason):
      "\(program) could not read the source: \(reason)"
    case .changed(let source, let before?, let now?) where before != now:
      "The folder \(source) was changed after the job was accepted: it had \(before) pictures, and has \(now) now. Start a new job to read it as it is."
    case .changed(let source, _, _):
      "The source \(source) was changed after the job was accepted. Start a new job to read it as it is now."
    case .replacedUpload(let name):
      "The upload \(name) was replaced after the job was accepted. Start a new job to read the new file."
    case .otherUpload(let name):
      "The upload \(name) is not the file with this SHA-256: another one was uploaded under its name. Upload the file again."
    case .contentOfPath(let source):
      "The source \(source) is a path, whose SHA-256 is not checked. Leave source_sha256 out, or name an upload."
    }
  }
}
