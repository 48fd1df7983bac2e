/// The packets of a file's videos, counted without decoding them: the output of ffmpeg's format `framecrc`.
///
///     0,        512,       1024,      512,     6138, 0x0949cc3a, F=0x4
///
/// The last field is the packet's flags; it is missing for an ordinary key frame.
struct FFmpegPackets {
  /// Packets whose frame is shown, by output stream. Frames outside the edit list are decoded but not shown.
  private(set) var shown: [Int: Int] = [:]
  private var lines = LineSplitter(maxBytes: 512)

  /// AV_PKT_FLAG_DISCARD.
  private static let discarded: UInt32 = 4

  mutating func receive(_ bytes: ArraySlice<UInt8>) {
    for line in lines.append(bytes) { read(line) }
  }

  private mutating func read(_ line: String) {
    let fields = line.split(separator: ",")
    guard fields.count >= 6, let stream = Int(fields[0]) else { return }
    let flags = fields.lazy.compactMap { field -> UInt32? in
      let field = field.drop { $0 == " " }
      return field.hasPrefix("F=0x") ? UInt32(field.dropFirst(4), radix: 16) : nil
    }.first
    if let flags, flags & Self.discarded != 0 { return }
    shown[stream, default: 0] += 1
  }
}
