import Files

/// Whether a file ends before its own structure does. ffmpeg reads a cut file as far as it goes, and for most formats
/// doesn't report that something is missing.
enum FileEnding {
  /// - Parameter format: ffmpeg's names of the format.
  /// - Returns: False if that is unknown.
  static func isMissing(_ file: borrowing OpenFile, format: String) -> Bool {
    let length = file.byteCount
    switch format {
    case "gif": return lacksTrailer(tail(file, 64), [0x3B])
    case "apng", "png_pipe": return lacksTrailer(tail(file, 64), Array("IEND".utf8) + [0xAE, 0x42, 0x60, 0x82])
    case "mpegts": return ![188, 192, 204].contains { length.isMultiple(of: $0) }
    case "avi", "webp_anim", "webp_pipe": return riffLength(file).map { $0 > length } ?? false
    case "asf": return asfLength(file).map { $0 > length } ?? false
    case "ogg": return endsInsideOggPage(tail(file, 128 << 10))
    case "flv": return lacksFLVTag(file, length: length)
    case _ where format.hasPrefix("mov,"): return endsInsideBox(file, length: length)
    case _ where format.hasPrefix("matroska,"): return segmentEnd(file).map { $0 > length } ?? false
    default: return false
    }
  }

  private static func bytes(_ file: borrowing OpenFile, at offset: Int, count: Int) -> [UInt8] {
    (try? file.read(count, at: offset)) ?? []
  }

  private static func tail(_ file: borrowing OpenFile, _ count: Int) -> [UInt8] {
    bytes(file, at: max(0, file.byteCount - count), count: count)
  }

  /// Zeros may follow: some programs pad.
  private static func lacksTrailer(_ tail: [UInt8], _ trailer: [UInt8]) -> Bool {
    let end = tail.lastIndex { $0 != 0 }.map { $0 + 1 } ?? 0
    return !tail[..<end].suffix(trailer.count).elementsEqual(trailer)
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

  /// Each tag is followed by its own size.
  private static func lacksFLVTag(_ file: borrowing OpenFile, length: Int) -> Bool {
    guard length > 13 + 15 else { return false }
    let size = Int(bigEndian(tail(file, 4)[...]))
    guard size >= 11, size <= length - 4 else { return true }
    let tag = bytes(file, at: length - 4 - size, count: 4)
    return tag.count < 4 || Int(bigEndian(tag[1..<4])) + 11 != size
  }

  /// Steps over the boxes of the top level, ISO/IEC 14496-12 §4.2.
  private static func endsInsideBox(_ file: borrowing OpenFile, length: Int) -> Bool {
    var offset = 0
    var boxes = 0
    while offset < length, boxes < 100_000 {
      let head = bytes(file, at: offset, count: 16)
      // Other bytes may follow the last box.
      guard head.count >= 8, head[4..<8].allSatisfy({ (0x20...0x7E).contains($0) || $0 == 0xA9 }) else { return false }
      var size = UInt64(bigEndian(head[0..<4]))
      // 0 means up to the end of the file.
      if size == 0 { return false }
      if size == 1 {
        guard head.count == 16 else { return true }
        size = bigEndian(head[8..<16])
      }
      // No box is that short: this is damage, not an end.
      guard size >= 8 else { return false }
      guard size <= UInt64(length - offset) else { return true }
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
