/// A request means the same however it arrives, and its accessors survive whatever it says.
func check(_ input: [UInt8]) {
  requireSame(input, httpTranscript)
}
