import JSONValues
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A table of cases that Swift and the browser's modules share: `Tests/fixtures/NAME.json`, one case a line.
///
/// Swift writes it and the tests in `Tests/web` read it, so that a page that the server renders and the same page once it
/// is live can't differ.
struct Fixture {
  let name: String
  var cases: [JSONObject] = []

  init(_ name: String) { self.name = name }

  /// Expects that the committed file holds these cases; `RECORD_FIXTURES=1` writes them.
  func expectRecorded(sourceLocation: SourceLocation = #_sourceLocation) {
    let lines = cases.map { String(decoding: JSON.object($0).encoded(), as: UTF8.self) }
    let text = "[\n" + lines.joined(separator: ",\n") + "\n]\n"
    if Self.isRecording {
      #expect(write(text), "\(path) can't be written", sourceLocation: sourceLocation)
      return
    }
    let recorded = read().split(separator: "\n")
    let current = text.split(separator: "\n")
    let changed = zip(recorded, current).first { $0 != $1 }
    #expect(
      recorded == current,
      """
      Tests/fixtures/\(name).json holds \(recorded.count - 2) cases, Swift makes \(current.count - 2).
      The first that differs: \(changed.map { "\($0.0)\n  now: \($0.1)" } ?? "none")
      To accept what Swift does: RECORD_FIXTURES=1 swift test --disable-xctest --filter FixtureTests
      """, sourceLocation: sourceLocation)
  }

  private static var isRecording: Bool {
    guard let value = getenv("RECORD_FIXTURES") else { return false }
    return String(cString: value) == "1"
  }

  private var path: String {
    "\(#filePath)".split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
      + "/fixtures/\(name).json"
  }

  private func read() -> String {
    guard let file = fopen(path, "r") else { return "" }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func write(_ text: String) -> Bool {
    guard let file = fopen(path, "w") else { return false }
    let bytes = Array(text.utf8)
    let isWritten = fwrite(bytes, 1, bytes.count, file) == bytes.count
    return fclose(file) == 0 && isWritten
  }
}

extension JSON {
  /// A number, also one that JSON can't write: `"NaN"`, `"Infinity"`, `"-Infinity"`.
  static func figure(_ value: Double?) -> JSON {
    guard let value else { return .null }
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
    return value == value.rounded() && abs(value) < 1e15 ? .int(Int(value)) : .double(value)
  }

  static func text(_ value: String?) -> JSON { value.map(JSON.string) ?? .null }
}

/// The text of the first element with this `data-slot`.
func slotText(_ name: String, in markup: String) -> String? {
  guard let mark = markup.firstRange(of: "data-slot=\"\(name)\"")?.upperBound,
    let start = markup[mark...].firstIndex(of: ">"), let end = markup[start...].firstIndex(of: "<")
  else { return nil }
  return String(markup[markup.index(after: start)..<end])
}
