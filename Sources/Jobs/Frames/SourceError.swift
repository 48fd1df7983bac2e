/// Why a source can't be opened or read, as a sentence for the person who chose it.
package enum SourceError: Error, Equatable, Sendable, CustomStringConvertible {
  case empty
  case outsideRoot(String)
  case missing(String)
  case missingUpload(String)
  case unreadable(String, reason: String)
  case unknownKind(String)
  case emptyFolder(String)
  case fileTooLarge(String, maximumBytes: Int)
  case sizeChanges(frame: Int, from: String, to: String)
  case programMissing(String, source: String)
  case programFailed(String, reason: String)
  /// It is not what it was when the job was accepted. The numbers are of pictures; nil for a single file.
  case changed(String, before: Int?, now: Int?)
  /// Another file has the name of the upload that the job was accepted with.
  case replacedUpload(String)
  /// The upload is not the one that the request means.
  case otherUpload(String)
  /// The request names a content, but not an upload.
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
    case .unknownKind(let source):
      "The source \(source) is neither a video, a picture nor a folder of pictures."
    case .emptyFolder(let source):
      "The folder \(source) holds no pictures (PNG, PPM, PGM)."
    case .fileTooLarge(let source, let maximumBytes):
      "The picture \(source) is longer than \(maximumBytes) bytes."
    case .sizeChanges(let frame, let from, let to):
      "Frame \(frame) has \(to) pixels, the frames before it \(from). All frames of a job must have the same size."
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
