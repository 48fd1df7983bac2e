/// Turns the output of programs into plain text: line breaks stay, and terminal control is removed.
///
/// Programs colour their output, rewrite progress lines and set window titles with escape sequences (ECMA-48). A page
/// can't show that, so complete and truncated sequences are removed. A sequence never removes text beyond the end of
/// its line, so an unfinished one can't hide the rest of a message.
package enum PlainText {
  /// The text with its line breaks, each as a line feed, without blank lines at either end.
  ///
  /// A carriage return starts its line again, and a backspace removes a character, as on a terminal, so only the last
  /// state of a progress line is left.
  package static func lines(_ text: String) -> String { cleanedLines(text) ?? text }

  /// The text on one line, with a space for each run of line breaks and tabs.
  package static func line(_ text: String) -> String { cleanedLine(text) ?? text }

  /// ``lines(_:)``; nil if the text has nothing to remove.
  static func cleanedLines(_ text: String) -> String? {
    guard mayNeedCleaning(text), needsCleaning(text) else { return nil }
    var cleaner = Cleaner()
    for scalar in text.unicodeScalars { cleaner.receive(scalar) }
    return cleaner.text
  }

  /// ``line(_:)``; nil if the text has nothing to remove.
  static func cleanedLine(_ text: String) -> String? {
    guard mayNeedCleaning(text), needsCleaning(text) || text.utf8.contains(where: { $0 == 0x0A || $0 == 0x09 }) else {
      return nil
    }
    return lines(text).split { $0 == "\n" || $0 == "\t" }.joined(separator: " ")
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  /// False for most texts: they are printable ASCII, of which nothing is removed.
  private static func mayNeedCleaning(_ text: String) -> Bool {
    text.utf8.withContiguousStorageIfAvailable { !isPrintableASCII($0) } ?? true
  }

  /// Line feeds and tabs inside a text stay.
  private static func needsCleaning(_ text: String) -> Bool {
    text.utf8.withContiguousStorageIfAvailable { needsCleaning($0) } ?? needsCleaning(text.utf8)
  }

  /// Eight bytes at a time: every text that is reported is checked.
  private static func isPrintableASCII(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    let bytes = UnsafeRawBufferPointer(text)
    var index = 0
    while index &+ 8 <= bytes.count {
      let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      // The high bit of a byte is set if it is 0x80 or more, or becomes so by adding 1, or was below 0x20.
      let below = (word &- 0x2020_2020_2020_2020) & ~word
      guard (word | (word &+ 0x0101_0101_0101_0101) | below) & 0x8080_8080_8080_8080 == 0 else { return false }
      index &+= 8
    }
    while index < bytes.count {
      guard 0x20..<0x7F ~= bytes[index] else { return false }
      index &+= 1
    }
    return true
  }

  private static func needsCleaning(_ bytes: some BidirectionalCollection<UInt8>) -> Bool {
    // A blank first or last line, which may have spaces and tabs, is removed.
    if let first = bytes.first, let last = bytes.last {
      if first == 0x0A || last == 0x0A { return true }
      if bytes.contains(0x0A), Self.isBlank(first) || Self.isBlank(last) { return true }
    }
    var (beforePrevious, previous): (UInt8, UInt8) = (0, 0)
    for byte in bytes {
      switch byte {
      case 0x09, 0x0A: break
      case 0..<0x20, 0x7F: return true
      case 0x80...0x9F where previous == 0xC2: return true  // U+0080 to U+009F
      case 0xA8...0xA9 where previous == 0x80 && beforePrevious == 0xE2: return true  // U+2028 and U+2029
      default: break
      }
      (beforePrevious, previous) = (previous, byte)
    }
    return false
  }
}

/// Reads text one scalar at a time, as a terminal does (ECMA-48 §5; https://vt100.net/emu/dec_ansi_parser).
private struct Cleaner {
  private enum State {
    case text
    /// After ESC, and after ESC and its intermediate bytes.
    case escape, escapeIntermediate
    /// In a control sequence, such as a colour.
    case control
    /// In a string for the terminal, such as a window title or the address of a link.
    case string
    /// After an ESC in such a string.
    case stringEscape
  }

  private var output: [Unicode.Scalar] = []
  /// The index in `output` at which the current line starts.
  private var lineStart = 0
  /// Whether the next visible character starts the line again.
  private var isAtReturn = false
  private var state = State.text

  /// Without blank lines at either end.
  var text: String {
    let isBlank = { (scalar: Unicode.Scalar) in scalar == "\n" || scalar == " " || scalar == "\t" }
    var kept = output[...]
    while let last = kept.last, isBlank(last) { kept = kept.dropLast() }
    // The indentation of the first line stays.
    if let first = kept.firstIndex(where: { !isBlank($0) }) {
      let start = kept[..<first].lastIndex(of: "\n").map { $0 + 1 } ?? kept.startIndex
      kept = kept[start...]
    }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: kept)
    return String(text)
  }

  mutating func receive(_ scalar: Unicode.Scalar) {
    switch scalar.value {
    case 0x1B: state = state == .string ? .stringEscape : .escape
    case 0x0A, 0x0B, 0x0C, 0x85, 0x2028, 0x2029: endLine()
    case 0x18, 0x1A: state = .text  // CAN and SUB abort a sequence
    case 0x9B: state = .control
    case 0x90, 0x98, 0x9D, 0x9E, 0x9F: state = .string
    case 0x9C: state = .text
    default: receiveInState(scalar)
    }
  }

  private mutating func endLine() {
    state = .text
    isAtReturn = false
    output.append("\n")
    lineStart = output.count
  }

  private mutating func receiveInState(_ scalar: Unicode.Scalar) {
    switch (state, scalar.value) {
    case (.text, _): receiveText(scalar)
    case (.string, 0x07): state = .text
    case (.string, _): break
    case (.stringEscape, UInt32(UInt8(ascii: "\\"))): state = .text
    case (.escape, UInt32(UInt8(ascii: "["))), (.stringEscape, UInt32(UInt8(ascii: "["))): state = .control
    case (.escape, let value) where Self.stringIntroducers.contains(value): state = .string
    case (.stringEscape, let value) where Self.stringIntroducers.contains(value): state = .string
    case (.escape, 0x20...0x2F), (.stringEscape, 0x20...0x2F), (.escapeIntermediate, 0x20...0x2F):
      state = .escapeIntermediate
    case (.escape, 0x30...0x7E), (.stringEscape, 0x30...0x7E), (.escapeIntermediate, 0x30...0x7E): state = .text
    case (.control, 0x20...0x3F): break
    case (.control, 0x40...0x7E): state = .text
    case (_, 0..<0x20), (_, 0x7F): break  // a terminal ignores or executes it, and goes on with the sequence
    default:
      // No sequence contains this character, so the introducer was a stray one.
      state = .text
      receiveText(scalar)
    }
  }

  /// The characters after ESC that introduce OSC, DCS, SOS, PM and APC: `]`, `P`, `X`, `^` and `_`.
  private static let stringIntroducers: Set<UInt32> = [0x5D, 0x50, 0x58, 0x5E, 0x5F]

  private mutating func receiveText(_ scalar: Unicode.Scalar) {
    switch scalar.value {
    case 0x0D: isAtReturn = true
    case 0x08: if output.count > lineStart { output.removeLast() }
    case 0x09: append(scalar)
    case 0..<0x20, 0x7F...0x9F: break
    default: append(scalar)
    }
  }

  private mutating func append(_ scalar: Unicode.Scalar) {
    if isAtReturn { output.removeSubrange(lineStart...) }
    isAtReturn = false
    output.append(scalar)
  }
}
