import Wire

/// A chunked body is the same however it arrives.
func check(_ input: [UInt8]) {
  let head = Array("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
  requireSame(input) { httpTranscript(of: [head] + $0) }
}
