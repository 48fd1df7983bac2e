import Files
import Imaging

/// A picture, or a folder of pictures in natural order: `frame2.png` before `frame10.png`.
struct PictureSource: FrameSource {
  private let name: String
  private let files: [PictureFile]
  private let isFolder: Bool
  private var nextIndex = 0
  private var nextID = 0
  /// The first picture's. Pictures of another size are skipped, because plugins rely on one size.
  private var size: (width: Int, height: Int)?
  private var skipped = ShortList()
  /// Pictures that ffmpeg patched up.
  private var damaged = ShortList()
  /// Pictures that ffmpeg is already decoding, by their index.
  private var started: [Int: FFmpegSource] = [:]
  private var isReported = false
  private let cancel: CancelFlag

  private(set) var frameCount: Int?

  /// Longer files are not read: this holds 64 Mi pixels uncompressed.
  static let maximumFileBytes = 272 << 20
  /// How many files of a folder ffmpeg is started ahead for: it takes longer to start than to decode most pictures.
  private static let startedAhead = 2

  init(file: ResolvedSource) throws(SourceError) {
    name = file.name
    isFolder = false
    cancel = CancelFlag()
    files = [PictureFile(name: file.name, path: RawPath(file.path), input: nil)]
    frameCount = 1
  }

  /// The pictures of a folder. Other files are counted with the reason; hidden ones are not mentioned.
  init(folder: ResolvedSource, cancel: CancelFlag = CancelFlag()) throws(SourceError) {
    self.cancel = cancel
    name = folder.name
    isFolder = true
    let found = try Self.contents(of: folder)
    files = found.pictures
    skipped = found.skipped
    frameCount = files.count
    guard !files.isEmpty || !skipped.isEmpty else { throw .emptyFolder(name) }
    guard !files.isEmpty else { throw .nothingReadable(folder.name, skipped: skipped.text) }
  }

  /// The pictures of a folder in natural order, and what is skipped. Reads the first bytes of every file.
  static func contents(
    of folder: ResolvedSource
  ) throws(SourceError) -> (pictures: [PictureFile], skipped: ShortList) {
    let path = RawPath(folder.path)
    var names: [RawPath]
    do {
      names = try FileSystem.rawNames(in: path)
    } catch {
      throw .unreadable(folder.name, reason: error.reason)
    }
    names = names.filter { $0.bytes.first != UInt8(ascii: ".") }
    var pictures: [PictureFile] = []
    var skipped = ShortList()
    for name in names.sorted(by: NaturalOrder.isBefore) {
      switch PictureFile.find(name, in: path, root: RawPath(folder.root)) {
      case .success(let file): pictures.append(file)
      case .failure(let refusal): skipped.add("\(Self.printable(name.description)) (\(refusal.reason))")
      }
    }
    return (pictures, skipped)
  }

  mutating func next() throws -> SourceFrame? {
    while nextIndex < files.count {
      guard !cancel.isRaised else { return nil }
      let file = files[nextIndex]
      do {
        let frame = try read(file)
        nextIndex += 1
        nextID += 1
        return frame
      } catch {
        guard isFolder else { throw error }
        nextIndex += 1
        frameCount = frameCount.map { $0 - 1 }
        skipped.add("\(Self.printable(file.name)) (\(Self.reason(error)))")
      }
    }
    if nextID == 0 { throw SourceError.nothingReadable(name, skipped: skipped.text) }
    return nil
  }

  mutating func takeProblems() -> [String] {
    // By now the files that can't be decoded have joined those that were skipped at the start.
    guard nextIndex == files.count, !isReported else { return [] }
    isReported = true
    let sentences = [
      (skipped, "file of the folder was skipped", "files of the folder were skipped"),
      (damaged, "picture of the folder may be damaged", "pictures of the folder may be damaged"),
    ]
    return sentences.filter { !$0.0.isEmpty }.map { list, one, several in
      "\(list.count) \(list.count == 1 ? one : several): \(list.text)."
    }
  }

  private mutating func read(_ file: PictureFile) throws -> SourceFrame {
    let frame = try file.input == nil ? decode(file) : decodeWithFFmpeg(file)
    let size = size ?? (frame.width, frame.height)
    self.size = size
    guard size == (frame.width, frame.height) else {
      throw PictureRefusal(
        reason: "it has \(frame.width) × \(frame.height) pixels, the first picture \(size.width) × \(size.height)")
    }
    return frame
  }

  private func decode(_ file: PictureFile) throws -> SourceFrame {
    SourceFrame(id: nextID, .picture(try Picture.decode(file.read())))
  }

  private mutating func decodeWithFFmpeg(_ file: PictureFile) throws -> SourceFrame {
    let waiting = files.indices.dropFirst(nextIndex).lazy.filter { [files] in files[$0].input != nil }
    for index in waiting.prefix(1 + Self.startedAhead) where started[index] == nil {
      started[index] = try? files[index].startFFmpeg(cancel: cancel)
    }
    var source = try started.removeValue(forKey: nextIndex) ?? file.startFFmpeg(cancel: cancel)
    guard var frame = try source.next() else { throw SourceError.noFrames(file.name) }
    frame.id = nextID
    // Reading past the end shows whether the picture is damaged.
    _ = try source.next()
    if let error = source.firstError { damaged.add("\(Self.printable(file.name)) (\(error))") }
    return frame
  }

  /// The reason as part of a sentence.
  private static func reason(_ error: any Error) -> String {
    switch error {
    case let refusal as PictureRefusal: return refusal.reason
    case SourceError.undecodable(_, _, _, let reason), SourceError.unreadable(_, let reason): return reason
    default:
      let sentence = "\(error)"
      return sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence
    }
  }

  /// A name for a sentence, cut to 100 characters and without control characters: file names may have any bytes.
  private static func printable(_ name: String) -> String {
    String(name.prefix(100).map { $0.isASCII && ($0.asciiValue ?? 0) < 0x20 ? "\u{FFFD}" : $0 })
  }
}

/// Why a file of a folder can't be a frame, as part of a sentence.
struct PictureRefusal: Error {
  let reason: String
}

/// A file with a picture.
struct PictureFile {
  /// For messages.
  let name: String
  /// Without symbolic links.
  let path: RawPath
  /// Nil if it is decoded without ffmpeg.
  let input: FFmpegInput?

  /// Extensions of pictures that have no signature.
  private static let extensions: Set<String> = [
    "avif", "bmp", "dds", "dpx", "exr", "gif", "hdr", "heic", "heif", "ico", "j2k", "jp2", "jpe", "jpeg", "jpg", "jxl",
    "pam", "pbm", "pcx", "pfm", "pgm", "png", "pnm", "ppm", "psd", "qoi", "sgi", "tga", "tif", "tiff", "webp", "xbm",
    "xpm",
    "xwd",
  ]

  /// - Parameter root: the folder that links may not lead out of.
  static func find(_ name: RawPath, in folder: RawPath, root: RawPath) -> Result<PictureFile, PictureRefusal> {
    func refusal(_ reason: String) -> Result<PictureFile, PictureRefusal> { .failure(PictureRefusal(reason: reason)) }
    guard let path = folder.appending(name).resolved else { return refusal("a link to nothing") }
    guard path.isInside(root) else { return refusal("a link that leads out of the source root") }
    switch FileKind(path) {
    case .file: break
    case .folder: return refusal("a folder")
    case .missing, .danglingLink, .other: return refusal("not a regular file")
    }
    let text = name.description
    // Every PNG decoder can read the first picture of an animated one.
    switch FileSignature(path, bytes: FileSignature.shortBytes) {
    case .picture: return .success(PictureFile(name: text, path: path, input: nil))
    case .y4m: return refusal("a y4m video, not a picture")
    case .other(let what, isPicture: true): return forFFmpeg(text, path: path, what: what)
    case .other(let what, isPicture: false): return refusal("\(what), not a picture")
    case nil where extensions.contains(FilePath.fileExtension(of: text)): return forFFmpeg(text, path: path, what: nil)
    case nil: return refusal("not a picture")
    }
  }

  private static func forFFmpeg(_ name: String, path: RawPath, what: String?) -> Result<PictureFile, PictureRefusal> {
    guard FFmpeg.isInstalled else {
      return .failure(PictureRefusal(reason: "\(what ?? "a picture") that needs ffmpeg, which is not on the PATH"))
    }
    let format = what == "a JPEG" ? "jpeg_pipe" : nil
    return .success(
      PictureFile(name: name, path: path, input: FFmpegInput(format: format, isOnePicture: true, what: what)))
  }

  func startFFmpeg(cancel: CancelFlag) throws -> FFmpegSource {
    let input = input ?? FFmpegInput(format: nil, isOnePicture: true, what: nil)
    return try FFmpegSource(open(), name: name, input: input, cancel: cancel)
  }

  func read() throws(SourceError) -> [UInt8] {
    do throws(FileError) {
      return try FileSystem.read(OpenFile(path, for: .reading), maxBytes: PictureSource.maximumFileBytes)
    } catch {
      if case .tooLarge = error.cause {
        throw .fileTooLarge(name, maximumBytes: PictureSource.maximumFileBytes)
      }
      throw .unreadable(name, reason: error.reason)
    }
  }

  private func open() throws(SourceError) -> OpenFile {
    do throws(FileError) {
      return try OpenFile(path, for: .reading)
    } catch {
      throw .unreadable(name, reason: error.reason)
    }
  }
}
