// Hot style: every request and every response has one of these. The bytes are stored once, in wire format; a field is
// four offsets into them, and a String is created only when a caller reads a value.

/// Header fields in the order of arrival or insertion. Names are case-insensitive.
package struct HTTPFields: Sendable {
  /// The position of a field in `bytes`.
  struct Slice: Sendable {
    var nameStart: UInt32
    var nameEnd: UInt32
    var valueStart: UInt32
    var valueEnd: UInt32

    var name: Range<Int> { Int(nameStart)..<Int(nameEnd) }
    var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }
  }

  /// For appended fields, their lines in wire format, ready to be sent. For a peer's fields, the whole head.
  private(set) var bytes: [UInt8]
  private(set) var slices: [Slice]
  /// The name of the first appended field that must not be sent, because a byte in its name or value would change the
  /// meaning of the head.
  private(set) var unwritableName: String?

  package init() {
    bytes = []
    slices = []
  }

  /// The fields that a peer sent.
  /// - Parameter slices: Positions in `bytes`, with blanks trimmed from the values.
  init(bytes: [UInt8], slices: [Slice]) {
    self.bytes = bytes
    self.slices = slices
  }

  package var count: Int { slices.count }
  package var isEmpty: Bool { slices.isEmpty }

  /// The value of the first field with this name. Setting it replaces all fields with the name; nil removes them.
  ///
  /// Invalid UTF-8 from a peer becomes U+FFFD.
  package subscript(name: String) -> String? {
    get {
      for slice in slices where hasName(slice, name: name) { return text(in: slice.value) }
      return nil
    }
    set {
      if contains(name) { remove(name) }
      if let newValue { append(name, value: newValue) }
    }
  }

  /// The values of all fields with this name, in order.
  package func values(of name: String) -> [String] {
    slices.filter { hasName($0, name: name) }.map { text(in: $0.value) }
  }

  package func contains(_ name: String) -> Bool {
    slices.contains { hasName($0, name: name) }
  }

  package mutating func append(_ name: String, value: String) {
    if slices.isEmpty {
      // Enough for a typical response, so that the arrays don't grow step by step.
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
    for (name, value) in kept { append(name, value: value) }
  }

  private func isWritable(_ slice: Slice) -> Bool {
    !slice.name.isEmpty && bytes[slice.name].allSatisfy(\.isTokenByte)
      && bytes[slice.value].allSatisfy(\.isFieldValueByte)
  }

  /// Whether the value of the first field with this name begins with the text, ignoring case. Both are in lower case.
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

  /// Whether there is one field with this name, and its value is the text, ignoring case. Both are in lower case.
  package func hasOnly(_ text: StaticString, in name: StaticString) -> Bool {
    bytes.withUnsafeBufferPointer { bytes in
      var isFound = false
      for slice in slices {
        guard slice.nameEnd &- slice.nameStart == name.utf8CodeUnitCount,
          begins(bytes, at: Int(slice.nameStart), with: name)
        else { continue }
        guard !isFound, slice.valueEnd &- slice.valueStart == text.utf8CodeUnitCount,
          begins(bytes, at: Int(slice.valueStart), with: text)
        else { return false }
        isFound = true
      }
      return isFound
    }
  }

  /// - Precondition: At least as many bytes follow `start` as the text has, and the text is in lower case.
  private func begins(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int, with text: StaticString) -> Bool {
    let (count, text) = (text.utf8CodeUnitCount, text.utf8Start)
    for index in 0..<count {
      let byte = bytes[start &+ index]
      if byte != text[index], byte.lowercased != text[index] { return false }
    }
    return true
  }

  /// Whether a field with this name lists the token, as in `Connection: keep-alive, Upgrade`.
  package func lists(_ token: StaticString, in name: String) -> Bool {
    for slice in slices where hasName(slice, name: name) {
      for element in ListElements(bytes[slice.value]) where element.equalsIgnoringCase(token) { return true }
    }
    return false
  }

  /// The elements of all fields with this name, as one comma-separated list (RFC 9110 §5.6.1).
  func elements(of name: String) -> [ArraySlice<UInt8>] {
    slices.filter { hasName($0, name: name) }.flatMap { ListElements(bytes[$0.value]) }
  }

  func hasName(_ slice: Slice, name: String) -> Bool {
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

  func text(in range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self)
  }
}

extension HTTPFields: Sequence {
  package func makeIterator() -> some IteratorProtocol<(name: String, value: String)> {
    slices.lazy.map { [self] in (name: text(in: $0.name), value: text(in: $0.value)) }.makeIterator()
  }
}

extension HTTPFields: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (String, String)...) {
    self.init()
    for (name, value) in elements { append(name, value: value) }
  }
}

extension HTTPFields: Equatable {
  /// Compares the fields and their order, not the bytes between them.
  package static func == (one: HTTPFields, other: HTTPFields) -> Bool {
    one.count == other.count
      && zip(one.slices, other.slices).allSatisfy {
        one.bytes[$0.name].equalsIgnoringCase(other.bytes[$1.name])
          && one.bytes[$0.value].elementsEqual(other.bytes[$1.value])
      }
  }
}

/// The elements of a comma-separated list, trimmed. Empty elements are skipped, and a comma inside a quoted string is
/// not a separator.
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

/// The parts of a list element between its semicolons, trimmed.
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
  /// The first index of the byte outside a quoted string (RFC 9110 §5.6.4), or `endIndex`.
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
