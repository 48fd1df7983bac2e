/// The host of an origin or of a Host field, in the form in which the URL standard compares hosts
/// (https://url.spec.whatwg.org/#host-parsing).
///
/// Names are compared without case. A trailing dot makes another name, as it does in browsers. An IPv6 address is the
/// same in every spelling; an IPv4 address has to be written with four decimal numbers. IDNA is out of scope: a
/// non-ASCII name is refused, and has to be written in Punycode (`xn--…`), the form that browsers send.
package enum WebHost: Hashable, Sendable {
  /// In lower case.
  case name(String)
  case ipv4([UInt8])
  case ipv6([UInt16])

  /// - Parameter text: without a port; an IPv6 address in brackets.
  package init?(_ text: some StringProtocol) {
    self.init(bytes: Array(text.utf8)[...])
  }

  init?(bytes: ArraySlice<UInt8>) {
    if bytes.first == UInt8(ascii: "[") {
      guard bytes.last == UInt8(ascii: "]"), let groups = Self.ipv6(bytes.dropFirst().dropLast()) else { return nil }
      self = .ipv6(groups)
      return
    }
    let isName = bytes.allSatisfy { $0.isLetter || $0.isDigit || Self.marks.contains($0) }
    guard !bytes.isEmpty, bytes.count <= 255, isName else { return nil }
    if Self.endsInNumber(bytes) {
      guard let address = Self.ipv4(bytes) else { return nil }
      self = .ipv4(address)
    } else {
      self = .name(String(decoding: bytes.map(\.lowercased), as: UTF8.self))
    }
  }

  /// Whether only this machine can have the address.
  package var isLoopback: Bool {
    switch self {
    case .name(let name): name == "localhost"
    case .ipv4(let address): address[0] == 127
    case .ipv6(let groups): groups == [0, 0, 0, 0, 0, 0, 0, 1]
    }
  }

  /// The bytes of a name besides letters and digits. The URL standard permits a few more, which no name in use has.
  private static let marks: Set<UInt8> = [UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_")]

  /// Whether the last label is a number, so that the host can only be an IPv4 address.
  private static func endsInNumber(_ bytes: ArraySlice<UInt8>) -> Bool {
    let labels = bytes.split(separator: UInt8(ascii: "."))
    guard let last = labels.last else { return false }
    return last.allSatisfy(\.isDigit)
      || last.prefix(2).equalsIgnoringCase("0x") && last.dropFirst(2).allSatisfy { $0.hexValue != nil }
  }

  private static func ipv4(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    var parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    if parts.last?.isEmpty == true { parts.removeLast() }
    let numbers = parts.compactMap { part -> UInt8? in
      // Some parsers read "010" as 8, others as 10.
      guard part.count == 1 || part.first != UInt8(ascii: "0"), let value = part.decimalValue else { return nil }
      return UInt8(exactly: value)
    }
    return numbers.count == 4 && parts.count == 4 ? numbers : nil
  }

  /// RFC 4291 §2.2: eight groups, of which one run of zeros may be left out, and the last two may be an IPv4 address.
  private static func ipv6(_ bytes: ArraySlice<UInt8>) -> [UInt16]? {
    guard let gap = firstGap(in: bytes) else {
      guard let groups = groups(bytes, endsAddress: true), groups.count == 8 else { return nil }
      return groups
    }
    guard let before = groups(bytes[..<gap], endsAddress: false),
      let after = groups(bytes[(gap + 2)...], endsAddress: true), before.count + after.count < 8
    else { return nil }
    return before + [UInt16](repeating: 0, count: 8 - before.count - after.count) + after
  }

  /// The index of `::`.
  private static func firstGap(in bytes: ArraySlice<UInt8>) -> Int? {
    zip(bytes.indices, bytes.indices.dropFirst()).first { bytes[$0] == .colon && bytes[$1] == .colon }?.0
  }

  /// The groups between colons; an IPv4 address at the end of the whole address is two of them.
  private static func groups(_ bytes: ArraySlice<UInt8>, endsAddress: Bool) -> [UInt16]? {
    guard !bytes.isEmpty else { return [] }
    var groups: [UInt16] = []
    let parts = bytes.split(separator: .colon, omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if endsAddress, index == parts.count - 1, part.contains(UInt8(ascii: ".")), part.last?.isDigit == true {
        guard let address = ipv4(part) else { return nil }
        groups += [UInt16(address[0]) << 8 | UInt16(address[1]), UInt16(address[2]) << 8 | UInt16(address[3])]
      } else {
        guard (1...4).contains(part.count), part.allSatisfy({ $0.hexValue != nil }) else { return nil }
        groups.append(part.reduce(0) { $0 << 4 | UInt16($1.hexValue ?? 0) })
      }
    }
    return groups
  }
}

extension WebHost: CustomStringConvertible {
  /// As in a URL or a Host field: an IPv6 address is in brackets, with its longest run of zeros left out.
  package var description: String {
    switch self {
    case .name(let name): name
    case .ipv4(let address): address.map(String.init).joined(separator: ".")
    case .ipv6(let groups): "[\(Self.compressed(groups))]"
    }
  }

  /// https://url.spec.whatwg.org/#concept-ipv6-serializer
  private static func compressed(_ groups: [UInt16]) -> String {
    let words = groups.map { String($0, radix: 16) }
    var longest = 0..<0
    var start = 0
    while start < groups.count {
      let end = groups[start...].firstIndex { $0 != 0 } ?? groups.count
      if end - start > max(longest.count, 1) { longest = start..<end }
      start = end + 1
    }
    guard !longest.isEmpty else { return words.joined(separator: ":") }
    return words[..<longest.lowerBound].joined(separator: ":") + "::"
      + words[longest.upperBound...].joined(separator: ":")
  }
}
