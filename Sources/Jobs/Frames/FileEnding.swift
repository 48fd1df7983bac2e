import Files

/// Whether a file ends before its own structure does. ffmpeg reads a cut file as far as it goes, and for most formats
/// doesn't report that something is missing.
///
/// Other bytes may follow the end of a structure: padding, tags, or another file.
enum FileEnding {
  /// Bounds the time for a file of many tiny parts. A longer one counts as whole.
  private static let mostSteps = 20_000_000

  /// - Parameter format: ffmpeg's names of the format.
  /// - Returns: False if that is unknown.
  static func isMissing(_ file: borrowing OpenFile, format: String) -> Bool {
    let length = file.byteCount
    switch format {
    case "gif": return endsInsideGIF(file)
    case "apng": return endsInsidePNG(file, length: length)
    case "mpegts": return endsInsidePacket(tail(file, 16 << 10))
    case "avi", "webp_anim": return riffLength(file).map { $0 > length } ?? false
    case "asf": return asfLength(file).map { $0 > length } ?? false
    case "ogg": return endsInsideOggPage(tail(file, 128 << 10))
    case "flv": return endsInsideFLVTag(file, length: length)
    case _ where format.hasPrefix("mov,"): return endsInsideBox(file, length: length)
    case _ where format.hasPrefix("matroska,"): return segmentEnd(file).map { $0 > length } ?? false
    default: return false
    }
  }

  /// Whether a file is a PNG without its end.
  static func isMissingFromPNG(_ file: borrowing OpenFile) -> Bool {
    bytes(file, at: 1, count: 3) == Array("PNG".utf8) && endsInsidePNG(file, length: file.byteCount)
  }

  private static func bytes(_ file: borrowing OpenFile, at offset: Int, count: Int) -> [UInt8] {
    (try? file.read(count, at: offset)) ?? []
  }

  private static func tail(_ file: borrowing OpenFile, _ count: Int) -> [UInt8] {
    bytes(file, at: max(0, file.byteCount - count), count: count)
  }

  /// The blocks of GIF89a: extensions, images, and the trailer.
  private static func endsInsideGIF(_ file: borrowing OpenFile) -> Bool {
    var window = FileWindow()
    guard let head = window.read(file, at: 0, count: 13) else { return true }
    var offset = 13 + colourTable(head[10])
    for _ in 0..<mostSteps {
      guard let kind = window.byte(file, at: offset) else { return true }
      switch kind {
      case 0x3B: return false
      // Some programs end a block twice.
      case 0x00:
        offset += 1
        continue
      case 0x21: offset += 2
      case 0x2C:
        guard let flags = window.byte(file, at: offset + 9) else { return true }
        offset += 10 + colourTable(flags) + 1
      // This is damage, not an end.
      default: return false
      }
      // Data in pieces of up to 255 bytes, each behind its length. The last one is empty.
      while true {
        guard let size = window.byte(file, at: offset) else { return true }
        offset += 1 + Int(size)
        if size == 0 { break }
      }
    }
    return false
  }

  private static func colourTable(_ flags: UInt8) -> Int { flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 7) + 1) }

  /// The chunks up to IEND, PNG specification §5.3.
  private static func endsInsidePNG(_ file: borrowing OpenFile, length: Int) -> Bool {
    var window = FileWindow()
    var offset = 8
    for _ in 0..<mostSteps {
      guard let head = window.read(file, at: offset, count: 8) else { return true }
      let isType = head[4...].allSatisfy { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
      guard isType else { return false }
      offset += 12 + Int(bigEndian(head[..<4]))
      guard offset <= length else { return true }
      if head[4...].elementsEqual("IEND".utf8) { return false }
    }
    return false
  }

  /// Packets of 188 bytes, ISO/IEC 13818-1 §2.4.3.2: each begins with 0x47. Four bytes may precede each of them, or 16
  /// bytes follow it.
  private static func endsInsidePacket(_ tail: [UInt8]) -> Bool {
    let isSync = { (offset: Int) in tail[offset] == 0x47 }
    for distance in [188, 192, 204] {
      for last in tail.indices.reversed() where isSync(last) {
        // A byte of a packet's data may have that value too, but hardly in eight packets at the same place.
        guard last >= 7 * distance else { break }
        if (1...7).allSatisfy({ isSync(last - $0 * distance) }) { return tail.count - last < 188 }
      }
    }
    return false
  }

  /// Nil if it was never filled in, as in a file written to a pipe.
  private static func riffLength(_ file: borrowing OpenFile) -> Int? {
    let start = bytes(file, at: 0, count: 8)
    guard start.count == 8, start.starts(with: Array("RIFF".utf8)) else { return nil }
    let size = littleEndian(start[4..<8])
    return size == 0 || size == 0xFFFF_FFFF ? nil : 8 + Int(size)
  }

  /// The File Size field of the File Properties Object, ASF specification §3.2.
  private static func asfLength(_ file: borrowing OpenFile) -> Int? {
    let start = bytes(file, at: 0, count: 64 << 10)
    let identifier: [UInt8] = [0xA1, 0xDC, 0xAB, 0x8C, 0x47, 0xA9, 0xCF, 0x11]
    guard let found = start.firstRange(of: identifier), start.count >= found.lowerBound + 48 else { return nil }
    let size = littleEndian(start[(found.lowerBound + 40)..<(found.lowerBound + 48)])
    return size == 0 ? nil : Int(clamping: size)
  }

  /// The last page's header has the lengths of its segments, RFC 3533 §6.
  private static func endsInsideOggPage(_ tail: [UInt8]) -> Bool {
    var starts = tail.ranges(of: Array("OggS".utf8)).map(\.lowerBound)
    // Four bytes of a body may look like a page; the version is 0.
    while let last = starts.last, tail.count > last + 4, tail[last + 4] != 0 { starts.removeLast() }
    guard let start = starts.last else { return false }
    guard tail.count >= start + 27 else { return true }
    let segments = Int(tail[start + 26])
    guard tail.count >= start + 27 + segments else { return true }
    let body = tail[(start + 27)..<(start + 27 + segments)].reduce(0) { $0 + Int($1) }
    return tail.count < start + 27 + segments + body
  }

  /// Tags of sound, video and data, each followed by its size. Their stream is always 0.
  private static func endsInsideFLVTag(_ file: borrowing OpenFile, length: Int) -> Bool {
    var window = FileWindow()
    guard let head = window.read(file, at: 0, count: 9) else { return true }
    var offset = Int(bigEndian(head[5..<9])) + 4
    for _ in 0..<mostSteps {
      guard let kind = window.byte(file, at: offset), [8, 9, 18].contains(kind & 0x1F) else { return false }
      guard let tag = window.read(file, at: offset, count: 11) else { return true }
      guard tag[8...].allSatisfy({ $0 == 0 }) else { return false }
      offset += 11 + Int(bigEndian(tag[1..<4]))
      guard offset <= length else { return true }
      offset += 4
    }
    return false
  }

  /// What a file has at its top level. Text that follows the last box looks like a long box of another type.
  private static let boxTypes: Set<String> = [
    "emsg", "free", "ftyp", "idat", "mdat", "meta", "mfra", "moof", "moov", "pnot", "prft", "sidx", "skip", "ssix",
    "styp",
    "udta", "uuid", "wide",
  ]

  /// Steps over the boxes of the top level, ISO/IEC 14496-12 §4.2.
  private static func endsInsideBox(_ file: borrowing OpenFile, length: Int) -> Bool {
    var offset = 0
    var boxes = 0
    while offset < length, boxes < 100_000 {
      let head = bytes(file, at: offset, count: 16)
      guard head.count >= 8 else { return false }
      let type = head[4..<8]
      guard type.allSatisfy({ (0x20...0x7E).contains($0) || $0 == 0xA9 }) else { return false }
      var size = UInt64(bigEndian(head[0..<4]))
      // 0 means up to the end of the file.
      if size == 0 { return false }
      if size == 1 {
        guard head.count == 16 else { return true }
        size = bigEndian(head[8..<16])
      }
      // No box is that short: this is damage, not an end.
      guard size >= 8 else { return false }
      guard size <= UInt64(length - offset) else { return boxTypes.contains(String(decoding: type, as: UTF8.self)) }
      offset += Int(size)
      boxes += 1
    }
    return false
  }

  /// The end of the Segment, RFC 8794 §6; nil if its size is unknown.
  private static func segmentEnd(_ file: borrowing OpenFile) -> Int? {
    let start = bytes(file, at: 0, count: 4096)
    guard start.starts(with: [0x1A, 0x45, 0xDF, 0xA3]), let header = elementSize(start[4...]) else { return nil }
    let segment = 4 + header.width + header.size
    guard header.size < 4096, start.count >= segment + 12, start[segment...].starts(with: [0x18, 0x53, 0x80, 0x67]),
      let body = elementSize(start[(segment + 4)...])
    else { return nil }
    let (end, overflow) = (segment + 4 + body.width).addingReportingOverflow(body.size)
    return overflow ? nil : end
  }

  /// A number whose first set bit gives its width; all ones mean unknown.
  private static func elementSize(_ bytes: ArraySlice<UInt8>) -> (size: Int, width: Int)? {
    guard let first = bytes.first, first != 0 else { return nil }
    let width = first.leadingZeroBitCount + 1
    guard bytes.count >= width else { return nil }
    let mask = UInt64(1) << UInt64(7 * width) - 1
    let size = bigEndian(bytes.prefix(width)) & mask
    return size == mask ? nil : (Int(size), width)
  }

  private static func bigEndian(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
  private static func littleEndian(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
