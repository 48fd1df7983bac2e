// Shared by all fuzz targets. A target defines `check`, which traps if an input violates an invariant.

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  check(Array(UnsafeBufferPointer(start: data, count: count)))
  return 0
}

/// Splits of the input without its first byte: in one piece, in two pieces at the offset that the first byte gives,
/// and, if it is short, byte by byte.
func splits(of input: [UInt8]) -> [[[UInt8]]] {
  let whole = Array(input.dropFirst())
  let cut = min(Int(input.first ?? 0), whole.count)
  let splits = [[whole], [Array(whole[..<cut]), Array(whole[cut...])]]
  return whole.count <= 256 ? splits + [whole.map { [$0] }] : splits
}

/// Traps if the result of parsing depends on how the input is split.
func requireSameForAllSplits(_ input: [UInt8], parse: ([[UInt8]]) -> [String]) {
  let results = splits(of: input).map { (pieces: $0, transcript: parse($0)) }
  guard let other = results.first(where: { $0.transcript != results[0].transcript }) else { return }
  fatalError(
    """
    The result depends on the split.
    In one piece: \(results[0].transcript)
    In \(other.pieces.count), the first of \(other.pieces.first?.count ?? 0) bytes: \(other.transcript)
    """)
}

/// The bytes as text; invalid UTF-8 is replaced.
func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
