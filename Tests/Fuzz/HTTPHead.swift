/// A request parses the same for all splits, and its accessors don't trap.
func check(_ input: [UInt8]) {
  requireSameForAllSplits(input, parse: httpTranscript)
}
