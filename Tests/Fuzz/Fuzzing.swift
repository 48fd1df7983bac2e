// What every fuzz target shares. A target defines `check`, and traps where an input breaks what it promises.

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  check(Array(UnsafeBufferPointer(start: data, count: count)))
  return 0
}

/// The input as the pieces in which a network could deliver it: cut where its first byte says.
func pieces(of input: [UInt8]) -> (whole: [UInt8], pieces: [[UInt8]]) {
  let whole = Array(input.dropFirst())
  let cut = min(Int(input.first ?? 0), whole.count)
  return (whole, [Array(whole[..<cut]), Array(whole[cut...])])
}

/// Traps, with both, where the cut changed what was parsed.
func requireSame(_ inOnePiece: [String], _ inTwo: [String]) {
  guard inOnePiece != inTwo else { return }
  fatalError("The cut changed what was parsed.\nIn one piece: \(inOnePiece)\nIn two pieces: \(inTwo)")
}
