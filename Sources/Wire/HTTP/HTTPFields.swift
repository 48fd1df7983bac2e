// Hot style: every request and every response has one of these. The bytes are kept once, as they stand on the wire, a
// field is four offsets into them, and a String is made only for a value that somebody asks for.

/// Header fields in the order in which they came or were added. Names are the same in upper and lower case.
package struct HTTPFields: Sendable {
  /// Where a field lies in the bytes.
  struct Slice: Sendable {
    var nameStart: UInt32
    var nameEnd: UInt32
    var valueStart: UInt32
    var valueEnd: UInt32

    var name: Range<Int> { Int(nameStart)..<Int(nameEnd) }
    var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }
  }

  /// Fields that were appended stand here one behind the other, each with its line break: ready to be written. Fields of
  /// a peer stand in the whole head.
  private(set) var bytes: [UInt8]
  private(set) var slices: [Slice]
  /// The first name that was appended and may not be written: it, or its value, would become something else on the wire.
  private(set) var unwritableName: String?

  package init() {
    bytes = []
    slices = []
  }

  /// The fields that a peer sent.
  /// - Parameter slices: Offsets into `bytes`, values without blanks around them.
  init(bytes: [UInt8], slices: [Slice]) {
    self.bytes = bytes
    self.slices = slices
  }

  package var count: Int { slices.count }
  package var isEmpty: Bool { slices.isEmpty }

  /// The value of the first field of this name. Setting replaces every field of the name, or removes them all.
  ///
  /// Bytes of a peer that are not UTF-8 are shown as U+FFFD.
  package subscript(name: String) -> String? {
    get {
      for slice in slices where isName(slice, name) { return text(slice.value) }
      return nil
    }
    set {
      if contains(name) { remove(name) }
      if let newValue { append(name, newValue) }
    }
  }

  /// The values of every field of this name, in order.
  package func values(of name: String) -> [String] {
    slices.filter { isName($0, name) }.map { text($0.value) }
  }

  package func contains(_ name: String) -> Bool {
    slices.contains { isName($0, name) }
  }

  package mutating func append(_ name: String, _ value: String) {
    if slices.isEmpty {
      // Room for what a response usually has, so that the arrays don't grow step by step.
      bytes.reserveCapacity(256)
      slices.reserveCapacity(8)
    }
    let nameStart = UInt32(bytes.count)
    bytes.append(contentsOf: name.utf8)
    let nameEnd = UInt32(bytes.count)
    bytes.append(.colon)
    bytes.append(.space)
    let valueStart = UInt32(bytes.count)
    bytes.append(contentsOf: value.utf8)
    let slice = Slice(nameStart: nameStart, nameEnd: nameEnd, valueStart: valueStart, valueEnd: UInt32(bytes.count))
    bytes.append(.cr)
    bytes.append(.lf)
    slices.append(slice)
    if unwritableName == nil, !isWritable(slice) { unwritableName = name }
  }

  private mutating func remove(_ name: String) {
    let kept = filter { !$0.name.utf8.equalsIgnoringCase(name.utf8) }
    self = HTTPFields()
    for (name, value) in kept { append(name, value) }
  }

  private func isWritable(_ slice: Slice) -> Bool {
    !slice.name.isEmpty && bytes[slice.name].allSatisfy(\.isTokenByte)
      && bytes[slice.value].allSatisfy(\.isFieldValueByte)
  }

  /// Whether the value of the first field of this name begins with the text.
  package func hasPrefix(_ text: StaticString, in name: StaticString) -> Bool {
    bytes.withUnsafeBufferPointer { bytes in
      for slice in slices {
        guard slice.nameEnd &- slice.nameStart == name.utf8CodeUnitCount,
          begins(bytes, at: Int(slice.nameStart), with: name)
        else { continue }
        return slice.valueEnd &- slice.valueStart >= text.utf8CodeUnitCount
          && begins(bytes, at: Int(slice.valueStart), with: text)
      }
      return false
    }
  }

  /// - Precondition: there are as many bytes from there on as the text has.
  private func begins(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int, with text: StaticString) -> Bool {
    for index in 0..<text.utf8CodeUnitCount
    where bytes[start &+ index].lowercased != text.utf8Start[index].lowercased { return false }
    return true
  }

  /// Whether one of the fields of this name lists the token, as in `Connection: keep-alive, Upgrade`.
  package func lists(_ token: StaticString, in name: String) -> Bool {
    for slice in slices where isName(slice, name) {
      for element in ListElements(bytes[slice.value]) where element.equalsIgnoringCase(token) { return true }
    }
    return false
  }

  /// The elements of every field of this name, as one comma-separated list (RFC 9110 §5.6.1).
  func elements(of name: String) -> [ArraySlice<UInt8>] {
    slices.filter { isName($0, name) }.flatMap { ListElements(bytes[$0.value]) }
  }

  func isName(_ slice: Slice, _ name: String) -> Bool {
    let start = Int(slice.nameStart)
    guard name.utf8.count == Int(slice.nameEnd) - start else { return false }
    var name = name
    return name.withUTF8 { name in
      bytes.withUnsafeBufferPointer { bytes in
        for index in 0..<name.count where bytes[start + index].lowercased != name[index].lowercased { return false }
        return true
      }
    }
  }

  func text(_ range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self)
  }
}

extension HTTPFields: Sequence {
  package func makeIterator() -> some IteratorProtocol<(name: String, value: String)> {
    slices.lazy.map { [self] in (name: text($0.name), value: text($0.value)) }.makeIterator()
  }
}

extension HTTPFields: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (String, String)...) {
    self.init()
    for (name, value) in elements { append(name, value) }
  }
}

extension HTTPFields: Equatable {
  /// Whether both have the same fields in the same order, whatever bytes lie between them.
  package static func == (one: HTTPFields, other: HTTPFields) -> Bool {
    one.count == other.count
      && zip(one.slices, other.slices).allSatisfy {
        one.bytes[$0.name].equalsIgnoringCase(other.bytes[$1.name])
          && one.bytes[$0.value].elementsEqual(other.bytes[$1.value])
      }
  }
}

/// The elements of a comma-separated list, without blanks around them; empty ones are skipped, and a comma in a quoted
/// string separates nothing.
struct ListElements: Sequence, IteratorProtocol {
  private var rest: ArraySlice<UInt8>

  init(_ value: ArraySlice<UInt8>) {
    rest = value
  }

  mutating func next() -> ArraySlice<UInt8>? {
    while !rest.isEmpty {
      let end = rest.firstIndexOutsideQuotes(of: .comma)
      let element = rest[..<end].trimmingBlanks
      rest = rest[end...].dropFirst()
      if !element.isEmpty { return element }
    }
    return nil
  }
}

/// The parts of a list's element between its semicolons, without blanks around them.
struct FieldParameters: Sequence, IteratorProtocol {
  private var rest: ArraySlice<UInt8>

  init(_ element: ArraySlice<UInt8>) {
    rest = element
  }

  mutating func next() -> ArraySlice<UInt8>? {
    guard !rest.isEmpty else { return nil }
    let end = rest.firstIndexOutsideQuotes(of: .semicolon)
    defer { rest = rest[end...].dropFirst() }
    return rest[..<end].trimmingBlanks
  }
}

extension ArraySlice<UInt8> {
  /// Where the byte first stands outside a quoted string (RFC 9110 §5.6.4), or the end.
  func firstIndexOutsideQuotes(of wanted: UInt8) -> Int {
    var isQuoted = false
    var index = startIndex
    while index < endIndex {
      let byte = self[index]
      if isQuoted, byte == .backslash {
        index += 1
      } else if byte == .quote {
        isQuoted.toggle()
      } else if byte == wanted, !isQuoted {
        return index
      }
      index += 1
    }
    return endIndex
  }
}
