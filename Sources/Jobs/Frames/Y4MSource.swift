import Files
import Imaging

/// A y4m video in a file, with its exact number of frames.
struct Y4MSource: FrameSource {
  private let file: SharedFile
  private let name: String
  private let header: Y4MHeader
  private let shownColumns: Int
  private var parser = Y4MParser()
  /// The pictures of the newest piece, and how many of them were returned.
  private var parsed: [PlanarPicture] = []
  private var taken = 0
  private var isAtEnd = false
  private var nextID = 0
  private var problems: [String] = []
  private let cancel: CancelFlag

  private(set) var frameCount: Int?

  /// Bytes of one read: a picture of 1,280 × 720 takes six.
  private static let pieceBytes = 256 << 10

  /// - Parameter countsFrames: False if only the header matters.
  init(_ source: ResolvedSource, countsFrames: Bool = true, cancel: CancelFlag = CancelFlag()) throws {
    self.cancel = cancel
    name = source.name
    file = SharedFile(try source.openFile())
    let start = try file.file.read(Y4MParser.longestLine + 1, at: 0)
    var opening = Y4MParser()
    try opening.receive(start.prefix { $0 != 0x0A } + start.drop { $0 != 0x0A }.prefix(1)) { _ in }
    if opening.header == nil { try opening.finish() }
    guard let header = opening.header else { throw SourceError.noFrames(name) }
    self.header = header
    shownColumns = header.pixelAspect.shownColumns(of: header.width, rows: header.height)
    if countsFrames { frameCount = try Self.count(file.file, header: header, cancel: cancel) }
  }

  mutating func next() throws -> SourceFrame? {
    while taken == parsed.count {
      guard !isAtEnd, !cancel.isRaised else { return nil }
      (parsed, taken) = ([], 0)
      try receive()
    }
    let planes = parsed[taken]
    taken += 1
    defer { nextID += 1 }
    return SourceFrame(
      id: nextID, .planes(planes), shownColumns: shownColumns, time: header.frameRate.map { Double(nextID) / $0 })
  }

  mutating func takeProblems() -> [String] {
    defer { problems = [] }
    return problems
  }

  private mutating func receive() throws {
    do {
      var piece: [UInt8] = []
      if try file.file.read(Self.pieceBytes, appendingTo: &piece) > 0 {
        try parser.receive(piece[...]) { parsed.append($0) }
      } else {
        isAtEnd = true
        try parser.finish()
        if nextID + parsed.count == 0 { throw SourceError.noFrames(name) }
      }
    } catch {
      isAtEnd = true
      let whole = nextID + parsed.count
      guard whole > 0 else { throw error }
      let total = max(frameCount ?? whole, whole)
      frameCount = whole
      problems.append("\(total - whole) of \(total) frames could not be read. \(error)")
    }
  }

  /// Steps over the file from FRAME line to FRAME line. A last picture that is cut off counts.
  /// - Returns: Nil if the job is cancelled: a long file of tiny pictures takes minutes.
  private static func count(_ file: borrowing OpenFile, header: Y4MHeader, cancel: CancelFlag) throws -> Int? {
    var offset = 0
    var count = -1  // The first line is the header.
    while !cancel.isRaised {
      let start = try file.read(128, at: offset)
      guard !start.isEmpty else { return count }
      var end = start.firstIndex(of: 0x0A)
      if end == nil { end = try file.read(Y4MParser.longestLine, at: offset).firstIndex(of: 0x0A) }
      // The parser names the error when it reads this frame.
      guard let end else { return count + 1 }
      offset += end + 1 + (count < 0 ? 0 : header.pictureByteCount)
      count += 1
    }
    return nil
  }
}

/// An open file with several owners: the file isn't copyable, and a source in a collection must be.
final class SharedFile: Sendable {
  let file: OpenFile
  init(_ file: consuming OpenFile) { self.file = file }
}
