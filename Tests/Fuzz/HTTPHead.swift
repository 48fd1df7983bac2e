/// A request means the same in one piece and in two, and its accessors survive whatever it says.
func check(_ input: [UInt8]) {
  let (whole, pieces) = pieces(of: input)
  requireSame(httpTranscript(of: [whole]), httpTranscript(of: pieces))
}
