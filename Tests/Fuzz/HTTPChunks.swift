import Wire

/// A chunked body parses the same for all splits.
func check(_ input: [UInt8]) {
  let head = Array("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
  requireSameForAllSplits(input) { httpTranscript(of: [head] + $0) }
}
