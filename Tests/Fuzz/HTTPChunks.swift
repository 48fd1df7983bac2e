/// A chunked body is the same in one piece and in two.
func check(_ input: [UInt8]) {
  let head = Array("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
  let (whole, pieces) = pieces(of: input)
  requireSame(httpTranscript(of: [head, whole]), httpTranscript(of: [head] + pieces))
}
