import Imaging

/// A picture, or a folder of pictures in natural order: `frame2.png` before `frame10.png`.
struct PictureSource: FrameSource {
  private let paths: [String]
  private var nextIndex = 0
  private var size = FrameSizeCheck()

  /// Longer files are not read: this holds 64 Mi pixels uncompressed.
  static let maximumFileBytes = 272 << 20

  var frameCount: Int? { paths.count }
  var frameRate: Double? { nil }

  init(paths: [String]) { self.paths = paths }

  /// The pictures of a folder, without other files, hidden files and links that lead out of the folder.
  init(folder: ResolvedSource) throws(SourceError) {
    let names = Files.names(in: folder.path).filter { name in
      !name.hasPrefix(".") && ["png", "ppm", "pgm", "pnm"].contains(ResolvedSource.fileExtension(name))
    }
    paths = names.sorted(by: NaturalOrder.isBefore).map { "\(folder.path)/\($0)" }.filter { path in
      // A link to elsewhere resolves to another path, a pipe is no file.
      Files.realPath(path) == path && Files.kind(of: path) == .file
    }
    guard !paths.isEmpty else { throw .emptyFolder(folder.name) }
  }

  mutating func next() throws -> SourceFrame? {
    guard nextIndex < paths.count else { return nil }
    let path = paths[nextIndex]
    let picture = try Picture.decode(Self.read(path))
    try size.check(nextIndex, width: picture.width, height: picture.height)
    let rgb = picture.rgb()
    defer { nextIndex += 1 }
    return SourceFrame(id: nextIndex, picture: rgb, luma: picture.luma())
  }

  private static func read(_ path: String) throws(SourceError) -> [UInt8] {
    let file = try ReadableFile(path: path)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(Files.size(of: path) ?? 0, maximumFileBytes))
    while file.read(1 << 20, appendingTo: &bytes) > 0 {
      guard bytes.count <= maximumFileBytes else {
        throw .fileTooLarge(path.split(separator: "/").last.map(String.init) ?? path, maximumBytes: maximumFileBytes)
      }
    }
    return bytes
  }
}

/// The order in which people count: digits by their number, everything else by its bytes.
enum NaturalOrder {
  static func isBefore(_ left: String, _ right: String) -> Bool {
    var (left, right) = (Array(left.utf8)[...], Array(right.utf8)[...])
    while let first = left.first, let second = right.first {
      if isDigit(first), isDigit(second) {
        let (number, other) = (takeDigits(&left), takeDigits(&right))
        // Without leading zeros the longer number is the larger.
        if number.count != other.count { return number.count < other.count }
        if !number.elementsEqual(other) { return number.lexicographicallyPrecedes(other) }
      } else if first != second {
        return first < second
      } else {
        left = left.dropFirst()
        right = right.dropFirst()
      }
    }
    return left.count < right.count
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func takeDigits(_ text: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let digits = text.prefix(while: isDigit)
    text = text.dropFirst(digits.count)
    return digits.drop { $0 == 0x30 }
  }
}
