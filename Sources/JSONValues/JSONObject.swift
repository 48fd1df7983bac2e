/// The members of a JSON object in the order in which they were written or added.
///
/// Made for messages, with a dozen members: looking up, setting and removing a key are O(n).
package struct JSONObject: Sendable, Equatable {
  package struct Member: Sendable, Equatable {
    package let key: String
    package var value: JSON

    package init(key: String, value: JSON) {
      self.key = key
      self.value = value
    }
  }

  /// No two members have the same key.
  package private(set) var members: [Member]

  package init() {
    members = []
  }

  /// - Precondition: no key occurs twice.
  init(unchecked members: [Member]) {
    self.members = members
  }

  /// - Precondition: no key occurs twice.
  init(uniqueMembers pairs: [(String, JSON)]) {
    members = []
    members.reserveCapacity(pairs.count)
    for (key, value) in pairs {
      precondition(self[key] == nil, "The key \(key) is written twice in one JSON object.")
      members.append(Member(key: key, value: value))
    }
  }

  package var isEmpty: Bool { members.isEmpty }
  package var count: Int { members.count }
  package var keys: [String] { members.map(\.key) }

  /// Setting a new key appends it, setting nil removes the key. A JSON null is `.null`, or `.some(nil)`.
  package subscript(key: String) -> JSON? {
    get { members.first { $0.key == key }?.value }
    set {
      guard let index = members.firstIndex(where: { $0.key == key }) else {
        if let newValue { members.append(Member(key: key, value: newValue)) }
        return
      }
      if let newValue {
        members[index].value = newValue
      } else {
        members.remove(at: index)
      }
    }
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// The members in the order written. A key written twice is a mistake in our code and traps.
  package init(dictionaryLiteral elements: (String, JSON)...) { self.init(uniqueMembers: elements) }
}
