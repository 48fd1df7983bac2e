import Files
import Imaging
import Processes

/// Any other video or picture, decoded by the ffmpeg program, which writes raw pictures into a pipe.
struct FFmpegSource: FrameSource {
  private let name: String
  private let input: FFmpegInput
  private let file: SharedFile
  private let child: FFmpegProcess
  /// What ffmpeg reported about the file before decoding it; nil for a single picture.
  private let survey: FFmpegSurvey?
  /// The layout of every frame: ffmpeg converts later frames that have another size or format.
  private var layout: Layout?
  private var newest: FFmpegLog.Frame?
  private var firstTime: Double?
  private var lastTime = 0.0
  private var nextID = 0
  private var problems: [String] = []
  /// The first error that ffmpeg reported, as part of a sentence; known after the last frame.
  private(set) var firstError: String?
  private(set) var frameCount: Int?

  struct Layout {
    let width: Int
    let height: Int
    let pixels: FFmpegPixels
    let shownColumns: Int
    let byteCount: Int
  }

  private static let limits = PictureLimits()
  /// Bytes of one read; a pipe rarely holds more.
  private static let pieceBytes = 256 << 10

  init(
    _ file: consuming OpenFile, name: String, input: FFmpegInput, cancel: CancelFlag
  ) throws(SourceError) {
    guard FFmpeg.isInstalled else { throw .programMissing("ffmpeg", source: name) }
    self.name = name
    self.file = SharedFile(file)
    if input.isOnePicture {
      survey = nil
      frameCount = 1
      self.input = input
      child = try FFmpegProcess(FFmpeg.decoding(input, stream: "V:0"), input: self.file.file, cancel: cancel)
    } else {
      let survey = try FFmpegSurvey(self.file.file, input: input, cancel: cancel)
      self.survey = survey
      var input = input
      input.isOnePicture = survey.isOnePicture
      self.input = input
      frameCount = survey.isOnePicture ? 1 : survey.frameCount
      if survey.otherVideos > 0 {
        problems.append("The file holds \(survey.otherVideos + 1) videos. Only the first one is read.")
      }
      child = try FFmpegProcess(FFmpeg.decoding(input, stream: survey.stream), input: self.file.file, cancel: cancel)
    }
  }

  mutating func next() throws -> SourceFrame? {
    do {
      guard let frame = try decode() else {
        let (log, ending) = child.end()
        guard nextID > 0 else { throw FFmpeg.failure(log, name: name, input: input) }
        addProblems(log, ending: ending)
        return nil
      }
      return frame
    } catch {
      _ = child.end()
      throw error
    }
  }

  mutating func takeProblems() -> [String] {
    defer { problems = [] }
    return problems
  }

  private mutating func decode() throws -> SourceFrame? {
    var bytes: [UInt8] = []
    var first: FFmpegLog.Frame?
    if layout == nil {
      guard child.read(1, appendingTo: &bytes) > 0 else { return nil }
      first = child.nextFrame()
    }
    guard let layout = try layout ?? first.map({ try Self.layout($0, name: name) }) else { return nil }
    self.layout = layout
    bytes.reserveCapacity(layout.byteCount)
    while bytes.count < layout.byteCount {
      let wanted = min(layout.byteCount - bytes.count, Self.pieceBytes)
      guard child.read(wanted, appendingTo: &bytes) > 0 else { return nil }
    }
    guard let description = first ?? child.nextFrame() ?? (child.isLogBroken ? nil : newest) else { return nil }
    newest = description
    let content = layout.pixels.content(
      bytes, width: layout.width, height: layout.height, description: description)
    defer { nextID += 1 }
    return SourceFrame(id: nextID, content, shownColumns: layout.shownColumns, time: time(of: description))
  }

  static func layout(_ frame: FFmpegLog.Frame, name: String) throws -> Layout {
    guard let pixels = FFmpegPixels(frame.pixelFormat) else {
      throw SourceError.programFailed("ffmpeg", reason: "it wrote the pixel format \(frame.pixelFormat).")
    }
    let (width, height) = (frame.width, frame.height)
    guard width * height <= limits.maximumPixels else {
      throw PictureError.tooLarge(
        format: "source \(name)", width: width, height: height, maximumPixels: limits.maximumPixels)
    }
    let byteCount = pixels.byteCount(width: width, height: height)
    guard byteCount <= limits.maximumBytes else {
      throw PictureError.tooManyBytes(format: "source \(name)", bytes: byteCount, maximumBytes: limits.maximumBytes)
    }
    let aspect = frame.aspect.map { PixelAspect(width: $0.width, height: $0.height) } ?? .square
    return Layout(
      width: width, height: height, pixels: pixels,
      shownColumns: aspect.shownColumns(of: width, rows: height, limits: limits),
      byteCount: byteCount)
  }

  /// Seconds since the first frame. Never goes back; a frame without a time follows its predecessor at the mean rate.
  private mutating func time(of frame: FFmpegLog.Frame) -> Double? {
    guard survey != nil, !input.isOnePicture else { return nil }
    if let time = frame.time {
      let first = firstTime ?? time
      firstTime = first
      lastTime = max(lastTime, time - first)
    } else if nextID > 0 {
      lastTime += survey?.frameRate.map { 1 / $0 } ?? 0
    }
    return lastTime.isFinite ? lastTime : nil
  }

  private mutating func addProblems(_ log: FFmpegLog, ending: ChildProcess.Ending) {
    let total = max(frameCount ?? nextID, nextID)
    frameCount = nextID
    firstError = log.firstError
    let reason = log.firstError.map { " ffmpeg reports: \($0)." } ?? ""
    if log.isBroken {
      problems.append("Only \(nextID) frames were read: ffmpeg describes the next one in an unknown form.")
    } else if log.isCut || survey?.isCut ?? false {
      let promised = survey?.promisedFrames ?? 0
      let share =
        promised > total
        ? "\(nextID) of about \(promised) frames are in it" : "it ends after \(Self.frames(nextID))"
      problems.append("The file is cut off: \(share).\(reason)")
    } else if let missing = missingFrames(log, total: total) {
      problems.append("About \(missing) of \(nextID + missing) frames are missing or could not be decoded.\(reason)")
    } else if nextID < total, log.errorCount > 0 || ending != .exited(code: 0) {
      problems.append("\(total - nextID) of \(total) frames could not be decoded.\(reason)")
    } else if log.errorCount > 0, log.damagedFrames == 0 {
      problems.append("The file may be damaged.\(reason)")
    }
    if log.damagedFrames > 0 {
      let damaged = min(log.damagedFrames, nextID)
      problems.append("\(damaged) of \(Self.frames(nextID)) \(damaged == 1 ? "is" : "are") damaged.\(reason)")
    }
  }

  private static func frames(_ count: Int) -> String { count == 1 ? "1 frame" : "\(count) frames" }

  /// The number of frames lost to damage. A demuxer skips damaged bytes without counting packets, so this compares the
  /// frames that were read with the number in the file's header. Nil if the file isn't damaged, or if the difference is
  /// within the rounding of the header's rate and duration.
  private func missingFrames(_ log: FFmpegLog, total: Int) -> Int? {
    guard log.errorCount > 0 || log.damagedFrames > 0, let promised = survey?.promisedFrames,
      promised - total > max(1, promised / 20)
    else { return nil }
    return promised - nextID
  }
}

/// What is known of a file before it is decoded.
struct FFmpegSurvey {
  /// As ffmpeg names streams.
  let stream: String
  let isOnePicture: Bool
  /// Videos in the file besides the chosen one, not counting single pictures.
  let otherVideos: Int
  /// Frames that the file shows; nil if they can't be counted.
  let frameCount: Int?
  /// Mean frames a second; nil if unknown.
  let frameRate: Double?
  /// How many frames the file should have by its own header; nil if the header doesn't say.
  let promisedFrames: Int?
  let isCut: Bool

  /// Reads the file once, without decoding it.
  init(_ file: borrowing OpenFile, input: FFmpegInput, cancel: CancelFlag) throws(SourceError) {
    let child = try FFmpegProcess(FFmpeg.listingPackets(input), input: file, cancel: cancel)
    var packets = FFmpegPackets()
    var piece: [UInt8] = []
    while child.read(65_536, appendingTo: &piece) > 0 {
      packets.receive(piece[...])
      piece.removeAll(keepingCapacity: true)
    }
    let (log, _) = child.end()
    // In the order of `-map 0:V`. The first one that moves is chosen: an animated AVIF begins with a still.
    let videos = log.streams.filter(\.isVideo)
    let chosen = videos.indices.first { packets.shown[$0] ?? 0 > 1 } ?? 0
    stream = videos.indices.contains(chosen) ? "\(videos[chosen].index)" : "V:0"
    frameCount = packets.shown[chosen]
    otherVideos = packets.shown.count { $0.key != chosen && $0.value > 1 }
    frameRate = videos.indices.contains(chosen) ? videos[chosen].frameRate : nil
    // A format of single pictures. If several follow one another in the file, only the first counts.
    isOnePicture = input.format != "mjpeg" && (log.inputFormat?.hasSuffix("_pipe") ?? false)
    isCut = !isOnePicture && (log.isCut || FileEnding.isMissing(file, format: log.inputFormat ?? ""))
    let promised = (log.duration ?? 0) * (frameRate ?? 0)
    promisedFrames = (1..<1e9).contains(promised) ? Int(promised.rounded()) : nil
  }
}
