import Wire

/// A chunked body is the same however it arrives, and what is written in chunks is read from them.
func check(_ input: [UInt8]) {
  let head = Array("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
  requireSame(input) { httpTranscript(of: [head] + $0) }

  var written = head
  for piece in deliveries(of: input)[1] { ChunkedBody.append(piece, to: &written) }
  ChunkedBody.appendEnd(to: &written)
  precondition(httpTranscript(of: [written]).last == "end after \(max(input.count - 1, 0))")
}
