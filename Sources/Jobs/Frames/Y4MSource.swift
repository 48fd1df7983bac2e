import Files
import Imaging

/// A y4m video in a file, with its exact number of frames.
struct Y4MSource: FrameSource {
  private let reader: Reader
  private var pictures = Y4MPictures()

  let frameCount: Int?
  var frameRate: Double? { pictures.frameRate }

  init(_ source: ResolvedSource) throws {
    do throws(FileError) {
      reader = Reader(file: try OpenFile(source.path, for: .reading))
    } catch {
      throw SourceError.unreadable(source.name, reason: error.reason)
    }
    let header = try pictures.header { [reader] in try reader.file.read($0, appendingTo: &$1) }
    frameCount = try Self.count(reader.file, header: header)
  }

  mutating func next() throws -> SourceFrame? {
    try pictures.next { [reader] in try reader.file.read($0, appendingTo: &$1) }
  }

  /// Steps over the file from FRAME line to FRAME line. A last picture that is cut off counts: reading it fails.
  private static func count(_ file: borrowing OpenFile, header: Y4MHeader) throws -> Int? {
    var offset = 0
    var count = -1  // The first line is the header.
    while true {
      let start = try file.read(128, at: offset)
      guard !start.isEmpty else { return count }
      var end = start.firstIndex(of: 0x0A)
      if end == nil { end = try file.read(Y4MParser.longestLine, at: offset).firstIndex(of: 0x0A) }
      // The parser names the error when it reads this frame.
      guard let end else { return count + 1 }
      offset += end + 1 + (count < 0 ? 0 : header.pictureByteCount)
      count += 1
    }
  }

  /// The file is not copyable, a source in a collection is.
  private final class Reader {
    let file: OpenFile
    init(file: consuming OpenFile) { self.file = file }
  }
}

/// Frames of a y4m stream, read from a file or a pipe.
struct Y4MPictures {
  /// Appends up to so many bytes and says how many; 0 at the end.
  typealias Read = (Int, inout [UInt8]) throws -> Int

  private var parser = Y4MParser()
  private var waiting: [PlanarPicture] = []
  private var isAtEnd = false
  private var nextID = 0

  /// Bytes of one read: a picture of 1,280 × 720 takes six.
  private static let pieceBytes = 256 << 10

  var frameRate: Double? { parser.header?.frameRate }

  /// Reads as far as the header.
  mutating func header(_ read: Read) throws -> Y4MHeader {
    while true {
      if let header = parser.header { return header }
      try receive(read)
      if isAtEnd, parser.header == nil { try parser.finish() }
    }
  }

  mutating func next(_ read: Read) throws -> SourceFrame? {
    while waiting.isEmpty {
      guard !isAtEnd else { return nil }
      try receive(read)
    }
    let planes = waiting.removeFirst()
    defer { nextID += 1 }
    return SourceFrame(id: nextID, picture: planes.rgb(), luma: planes.luma())
  }

  private mutating func receive(_ read: Read) throws {
    var piece: [UInt8] = []
    piece.reserveCapacity(Self.pieceBytes)
    guard try read(Self.pieceBytes, &piece) > 0 else {
      isAtEnd = true
      // Without a header, `header(_:)` throws.
      if parser.header != nil { try parser.finish() }
      return
    }
    do {
      try parser.receive(piece[...]) { waiting.append($0) }
    } catch {
      isAtEnd = true
      throw error
    }
  }
}
