import Wire

/// Decoding never makes the input longer, and gives a text only if the bytes are UTF-8.
func check(_ input: [UInt8]) {
  for plus in [PercentDecoding.Plus.literal, .space] {
    let bytes = PercentDecoding.bytes(input, plus: plus)
    precondition((bytes?.count ?? 0) <= input.count)
    let text = PercentDecoding.text(input, plus: plus)
    precondition(text == nil || text.map { Array($0.utf8) } == bytes)
  }
  if let query = Query(parsing: input) {
    precondition(query.items.allSatisfy { !$0.name.utf8.contains(0) && !$0.value.utf8.contains(0) })
  }
}
