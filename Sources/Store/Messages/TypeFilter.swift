import Domain

/// The types of wanted messages, by the numbers of their rows.
///
/// A number whose row is missing is wanted too, so that reading the message finds the damage.
struct TypeFilter {
  /// The bits of the blocks that may have such messages; see ``PostingBlock/bit(of:)``.
  let mask: Int
  private let unwanted: Set<Int>

  /// Every message.
  static let all = TypeFilter(mask: -1, unwanted: [])

  private init(mask: Int, unwanted: Set<Int>) { (self.mask, self.unwanted) = (mask, unwanted) }

  /// - Parameters:
  ///   - wanted: nil for all that are sent.
  ///   - types: all that have a row.
  init(_ wanted: Set<MessageType>?, among types: [Int: MessageType]) {
    let unwanted = Set(types.lazy.filter { !(wanted?.contains($0.value) ?? !$0.value.isInternal) }.map(\.key))
    // Rows are numbered from 1. If one is missing, any block may have its messages.
    let isWhole = types.keys.max() ?? 0 == types.count
    let bits = types.keys.lazy.filter { !unwanted.contains($0) }.reduce(0) { $0 | PostingBlock.bit(of: $1) }
    self.init(mask: wanted == nil || !isWhole ? -1 : bits, unwanted: unwanted)
  }

  func contains(_ type: Int) -> Bool { !unwanted.contains(type) }
}
