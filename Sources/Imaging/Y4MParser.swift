/// Parses YUV4MPEG2, an uncompressed video format, incrementally.
///
///     YUV4MPEG2 W320 H180 F30:1 Ip A1:1 C420jpeg\n
///     FRAME\n  Y plane, U plane, V plane   …and so on
///
/// Supports 8 to 16 bits a sample, progressive and interlaced, in mono, 4:1:1, 4:2:0, 4:2:2 and 4:4:4, and an alpha plane.
/// Does no I/O.
package struct Y4MParser: Sendable {
  /// The parsed first line; nil until it has arrived.
  package private(set) var header: Y4MHeader?

  private let limits: PictureLimits
  private var line: [UInt8] = []
  /// The samples of the incomplete picture; nil between pictures.
  private var samples: [UInt8]?

  /// The longest accepted line. With comments (`X…`), real headers have a few hundred bytes.
  package static let longestLine = 4096

  package init(limits: PictureLimits = PictureLimits()) {
    self.limits = limits
  }

  /// Parses the next bytes and calls `picture` for each picture that they complete.
  package mutating func receive(
    _ bytes: ArraySlice<UInt8>, picture: (PlanarPicture) -> Void
  ) throws(PictureError) {
    var rest = bytes
    while !rest.isEmpty {
      if let header, samples != nil {
        if let complete = readSamples(from: &rest, header: header) { picture(complete) }
      } else if let line = try readLine(from: &rest) {
        try parse(line: line)
      }
    }
  }

  /// Ends the video.
  /// - Throws: ``PictureError/truncated(format:part:)`` in the middle of a line or a picture, and if there is no
  ///   header.
  package func finish() throws(PictureError) {
    guard header != nil else { throw .truncated(format: "y4m video", part: "its header") }
    guard samples == nil, line.isEmpty else { throw .truncated(format: "y4m video", part: "a picture") }
  }

  /// Moves bytes to `line`.
  /// - Returns: The line once it is complete.
  private mutating func readLine(from rest: inout ArraySlice<UInt8>) throws(PictureError) -> [UInt8]? {
    let end = rest.firstIndex(of: 0x0A)
    line += rest[..<(end ?? rest.endIndex)].prefix(Self.longestLine + 1 - line.count)
    guard line.count <= Self.longestLine, Self.canBegin(line, with: header == nil ? Y4MHeader.magic : Self.frameMagic)
    else {
      let expected = header == nil ? "YUV4MPEG2" : "FRAME"
      throw .malformed(format: "y4m video", reason: "a line does not begin with \(expected) or is too long")
    }
    rest = end.map { rest[($0 + 1)...] } ?? []
    guard end != nil else { return nil }
    defer { line = [] }
    return line
  }

  private static let frameMagic = Array("FRAME".utf8)

  /// Whether `line`, which may be incomplete, can still begin with `word`.
  private static func canBegin(_ line: [UInt8], with word: [UInt8]) -> Bool {
    zip(line, word).allSatisfy { $0 == $1 }
  }

  private mutating func parse(line: [UInt8]) throws(PictureError) {
    let words = line.split(separator: 0x20)
    guard let header else {
      header = try Y4MHeader(words, limits: limits)
      return
    }
    guard words.first.map(Array.init) == Self.frameMagic else {
      throw .malformed(format: "y4m video", reason: "a picture does not begin with FRAME")
    }
    samples = []
    samples?.reserveCapacity(header.pictureByteCount)
  }

  private mutating func readSamples(from rest: inout ArraySlice<UInt8>, header: Y4MHeader) -> PlanarPicture? {
    let wanted = header.pictureByteCount - (samples?.count ?? 0)
    samples?.append(contentsOf: rest.prefix(wanted))
    rest = rest.dropFirst(wanted)
    guard let complete = samples, complete.count == header.pictureByteCount else { return nil }
    samples = nil
    return PlanarPicture(
      width: header.width, height: header.height, format: header.format, colours: header.colours, bytes: complete)
  }
}
