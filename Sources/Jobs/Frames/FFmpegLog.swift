import Imaging

/// Reads what ffmpeg writes to its standard error with `-loglevel repeat+level+info`, in pieces of any size.
///
/// ffmpeg describes its input and each frame nowhere else. The lines that are parsed here are the same in ffmpeg 5.1 to
/// 9.0; a value that isn't found stays nil. A file can forge every line except those of ``FFmpeg/describer``, so don't trust
/// the values. A line consists of source, level and text:
///
///     [h264 @ 0x55c248194c00] [error] error while decoding MB 8 0, bytestream 831
struct FFmpegLog: Sendable {
  /// A stream of the input.
  struct Stream: Equatable, Sendable {
    let index: Int
    /// Whether it is a video and not a cover picture: what ffmpeg selects with `V`.
    let isVideo: Bool
    /// Mean frames a second, above 0; nil if unknown.
    let frameRate: Double?
  }

  /// A frame as the filter `showinfo` describes it.
  struct Frame: Equatable, Sendable {
    /// Seconds; nil if the file doesn't say.
    var time: Double?
    var pixelFormat: String
    var width: Int
    var height: Int
    /// Width and height of a pixel; nil if unknown.
    var aspect: (width: Int, height: Int)?
    /// Such as `tv` and `bt709`; nil if unknown.
    var range: String?
    var matrix: String?

    static func == (left: Frame, right: Frame) -> Bool {
      left.time == right.time && left.pixelFormat == right.pixelFormat && left.width == right.width
        && left.height == right.height && left.range == right.range && left.matrix == right.matrix
        && left.aspect?.width == right.aspect?.width && left.aspect?.height == right.aspect?.height
    }
  }

  private(set) var version: String?
  /// Names of the input's format, such as `matroska,webm`.
  private(set) var inputFormat: String?
  /// In seconds, as the file says.
  private(set) var duration: Double?
  private(set) var streams: [Stream] = []
  /// The frames that were not taken yet, in order.
  var frames: ArraySlice<Frame> { described[taken...] }
  private(set) var frameCount = 0
  /// The first line of an error; nil if there was none.
  private(set) var firstError: String?
  private(set) var errorCount = 0
  /// Frames that a decoder patched up.
  private(set) var damagedFrames = 0
  /// Whether the file ends earlier than its own index says.
  private(set) var isCut = false
  /// Whether a frame's description is missing or can't be parsed. The descriptions after it no longer belong to the frames'
  /// pictures, and are ignored.
  private(set) var isBroken = false

  /// The lines that are parsed have a few hundred bytes.
  private var lines = LineSplitter(maxBytes: 4096)
  private var described: [Frame] = []
  private var taken = 0
  /// The newest frame, until the line with its colours is read.
  private var pending: Frame?
  /// Set at `Output #` or `Stream mapping:`; later lines don't describe the input.
  private var isPastInput = false

  /// Bounds the memory that a file can claim. Streams are numbered from 0, so the first ones are kept.
  private static let mostStreams = 100
  /// A side may be as long as this: the picture may be a single row or column.
  private static let mostPixels = PictureLimits().maximumPixels

  mutating func receive(_ bytes: ArraySlice<UInt8>) {
    for line in lines.append(bytes) { read(line) }
  }

  mutating func finish() {
    // If ffmpeg was killed, its last line may be incomplete.
    let wasBroken = isBroken
    receive([0x0A])
    isBroken = wasBroken
    emit()
  }

  /// Removes and returns the oldest complete frame.
  mutating func takeFrame() -> Frame? {
    guard taken < described.count else { return nil }
    let frame = described[taken]
    taken += 1
    // Tiny frames are described by the thousand before the first is taken. Moving the rest for each would be quadratic.
    if taken * 2 >= described.count {
      described.removeFirst(taken)
      taken = 0
    }
    return frame
  }

  /// A frame was written, and its description doesn't come.
  mutating func missDescription() { isBroken = true }

  // MARK: Lines

  private mutating func read(_ whole: String) {
    var text = whole[...]
    var component: Substring = ""
    var level: Substring?
    while level == nil, text.first == "[", let end = text.firstRange(of: "] ") {
      let group = text[text.index(after: text.startIndex)..<end.lowerBound]
      text = text[end.upperBound...]
      if Self.levels.contains(group) { level = group } else { component = group }
    }
    switch level {
    case "error", "fatal", "panic": readError(text)
    case "warning": readWarning(text)
    case "info":
      if component.hasPrefix(Self.describer) { readFrame(text) } else { readInput(text) }
    default: break
    }
  }

  private static let describer = "\(FFmpeg.describer) @ "
  private static let levels: Set<Substring> = ["panic", "fatal", "error", "warning", "info", "verbose", "debug"]

  private mutating func readError(_ text: Substring) {
    if text.contains("partial file") || text.contains("ended prematurely") { isCut = true }
    errorCount += 1
    guard firstError == nil else { return }
    var reason = text
    for prefix in ["\(FFmpeg.inputName): ", "Error opening input: "] where reason.hasPrefix(prefix) {
      reason = reason.dropFirst(prefix.count)
    }
    while let last = reason.last, last.isWhitespace || last == "." { reason.removeLast() }
    firstError = String(reason.prefix(300))
  }

  private mutating func readWarning(_ text: Substring) {
    if text.contains("corrupt decoded frame") { damagedFrames += 1 }
  }

  private mutating func readInput(_ text: Substring) {
    if let rest = text.after("ffmpeg version ") {
      version = version ?? rest.split(separator: " ").first.map { String($0.prefix(60)) }
    } else if text.hasPrefix("Output #") || text.hasPrefix("Stream mapping:") {
      isPastInput = true
    } else if isPastInput {
      return
    } else if inputFormat == nil, let rest = text.after("Input #0, ") {
      inputFormat = rest.firstRange(of: ", from ").map { String(rest[..<$0.lowerBound]) }
    } else if duration == nil, let rest = text.after("  Duration: ") {
      duration = Self.seconds(rest.prefix { $0 != "," })
    } else if let rest = text.after("  Stream #0:"), streams.count < Self.mostStreams {
      readStream(rest)
    }
  }

  /// Reads `0[0x1](und): Video: h264 (High) (avc1 / 0x31637661), yuv420p(tv), 320x180, 30 fps, 30 tbr (default)`.
  private mutating func readStream(_ text: Substring) {
    guard let index = Int(text.prefix { $0.isASCII && $0.isNumber }), let kind = text.firstRange(of: ": ") else {
      return
    }
    let description = text[kind.upperBound...]
    let rate = description.split(separator: ",").lazy.compactMap { part in
      part.hasSuffix(" fps") ? Double(part.dropFirst().dropLast(4)) : nil
    }.first.flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
    let isCover = ["(attached pic)", "(timed thumbnails)"].contains { description.contains($0) }
    streams.append(
      Stream(index: index, isVideo: description.hasPrefix("Video: ") && !isCover, frameRate: rate))
  }

  /// Parses `00:01:02.50`; nil for `N/A`.
  private static func seconds(_ text: Substring) -> Double? {
    let parts = text.split(separator: ":").compactMap { Double($0) }
    guard parts.count == 3, parts.allSatisfy({ (0..<1e9).contains($0) }) else { return nil }
    return parts[0] * 3600 + parts[1] * 60 + parts[2]
  }

  // MARK: Frames

  private mutating func readFrame(_ text: Substring) {
    guard !isBroken else { return }
    if text.hasPrefix("n:") {
      emit()
      pending = Self.frame(text)
      if pending == nil { isBroken = true }
    } else if text.hasPrefix("color_range:"), pending != nil {
      pending?.range = Self.value(of: "color_range", in: text)
      pending?.matrix = Self.value(of: "color_space", in: text)
      emit()
    }
  }

  private mutating func emit() {
    guard let frame = pending else { return }
    pending = nil
    frameCount += 1
    described.append(frame)
  }

  /// Reads `n:   0 pts:      0 pts_time:0       fmt:yuv420p sar:1/1 s:160x120 i:P iskey:1 type:I`.
  private static func frame(_ text: Substring) -> Frame? {
    guard let format = value(of: "fmt", in: text), let size = value(of: "s", in: text) else { return nil }
    let sides = size.split(separator: "x").compactMap { Int($0) }
    guard sides.count == 2, sides.allSatisfy({ (1...mostPixels).contains($0) }) else { return nil }
    let aspect = value(of: "sar", in: text)?.split(separator: "/").compactMap { Int($0) } ?? []
    return Frame(
      time: value(of: "pts_time", in: text).flatMap { Double($0) }.flatMap { abs($0) < 1e9 ? $0 : nil },
      pixelFormat: format, width: sides[0], height: sides[1],
      aspect: aspect.count == 2 && aspect.allSatisfy { $0 > 0 } ? (aspect[0], aspect[1]) : nil)
  }

  /// The value of `name:value`, which may be padded with blanks on either side; nil for `unknown`.
  private static func value(of name: String, in text: Substring) -> String? {
    guard let found = text.hasPrefix("\(name):") ? text.firstRange(of: "\(name):") : text.firstRange(of: " \(name):")
    else { return nil }
    let value = text[found.upperBound...].drop { $0 == " " }.prefix { $0 != " " }
    return value.isEmpty || value == "unknown" || value == "NOPTS" ? nil : String(value)
  }
}

extension Substring {
  /// The text after a prefix; nil if it doesn't begin with that.
  fileprivate func after(_ prefix: String) -> Substring? { hasPrefix(prefix) ? dropFirst(prefix.count) : nil }
}
