/// The members of a JSON object, in the order of the text or of insertion.
///
/// Designed for messages with a dozen members: lookup, insertion and removal are O(n). A key is found in the spelling in
/// which it was written: other spellings of the same characters are other keys (RFC 8259 §8.3).
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

  /// - Precondition: All keys are different.
  init(unchecked members: [Member]) {
    self.members = members
  }

  /// - Precondition: All keys are different.
  init(uniqueMembers pairs: [(String, JSON)]) {
    members = []
    members.reserveCapacity(pairs.count)
    for (key, value) in pairs {
      precondition(self[key] == nil, "The key \(key) occurs twice in a JSON object literal.")
      members.append(Member(key: key, value: value))
    }
  }

  package var isEmpty: Bool { members.isEmpty }
  package var count: Int { members.count }
  package var keys: [String] { members.map(\.key) }

  /// The place of a member among ``members``; nil if there is none with this key.
  package func index(of key: String) -> Int? {
    // Comparing two different strings takes 30 times as long as comparing their lengths.
    let byteCount = key.utf8.count
    return members.firstIndex { $0.key.utf8.count == byteCount && $0.key == key }
  }

  /// Replaces the value of the member at a place among ``members``.
  package mutating func setValue(_ value: JSON, at index: Int) { members[index].value = value }

  /// Setting a new key appends it; setting nil removes it. For a JSON null, set `.null` or `.some(nil)`.
  package subscript(key: String) -> JSON? {
    get { index(of: key).map { members[$0].value } }
    set {
      guard let index = index(of: key) else {
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
  /// The members in the order of the literal. A duplicate key traps.
  package init(dictionaryLiteral elements: (String, JSON)...) { self.init(uniqueMembers: elements) }
}
