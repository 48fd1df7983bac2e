// What every fuzz target shares. A target defines `check`, and traps where an input breaks what it promises.

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  check(Array(UnsafeBufferPointer(start: data, count: count)))
  return 0
}

/// The ways in which a network could deliver what stands behind the input's first byte: in one piece, cut in two where
/// that byte says, and, if it is short, byte by byte.
func deliveries(of input: [UInt8]) -> [[[UInt8]]] {
  let whole = Array(input.dropFirst())
  let cut = min(Int(input.first ?? 0), whole.count)
  let ways = [[whole], [Array(whole[..<cut]), Array(whole[cut...])]]
  return whole.count <= 256 ? ways + [whole.map { [$0] }] : ways
}

/// Traps where the way in which an input was delivered changed what was parsed.
func requireSame(_ input: [UInt8], _ parse: ([[UInt8]]) -> [String]) {
  let ways = deliveries(of: input).map { (pieces: $0, said: parse($0)) }
  guard let other = ways.first(where: { $0.said != ways[0].said }) else { return }
  fatalError(
    """
    The pieces changed what was parsed.
    In one: \(ways[0].said)
    In \(other.pieces.count), the first of \(other.pieces.first?.count ?? 0) bytes: \(other.said)
    """)
}

/// Bytes as text, whatever they are.
func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
