/// The percent-decoded items of a query, in the order of the URL.
package struct Query: Sendable, Equatable {
  package struct Item: Sendable, Equatable {
    package var name: String
    /// Empty for an item without an equals sign.
    package var value: String

    package init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  package var items: [Item]

  package init(items: [Item] = []) {
    self.items = items
  }

  /// Parses the part of a URL after the question mark. Nil if it contains an invalid escape, NUL or invalid UTF-8.
  package init?(parsing bytes: some Collection<UInt8>) {
    items = []
    for piece in bytes.split(separator: UInt8(ascii: "&")) {
      let parts = piece.split(separator: .equals, maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = PercentDecoding.text(parts[0], plus: .space),
        let value = parts.count > 1 ? PercentDecoding.text(parts[1], plus: .space) : "",
        !name.utf8.contains(0), !value.utf8.contains(0)
      else { return nil }
      items.append(Item(name: name, value: value))
    }
  }

  /// The value of the first item with this name.
  package subscript(name: String) -> String? {
    items.first { $0.name == name }?.value
  }

  package func values(of name: String) -> [String] {
    items.filter { $0.name == name }.map(\.value)
  }
}
