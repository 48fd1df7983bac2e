import LoadGenerator
import Testing

struct ResponseScannerTests {
  private let head = "HTTP/1.1 200 OK\r\nDate: Sat\r\nContent-Length: 2048\r\nX-Content-Length: 7\r\n\r\n"

  private func scan(_ text: String) -> ResponseScanner? {
    Array(text.utf8).withUnsafeBytes { ResponseScanner($0) }
  }

  @Test func `a head is found once its last byte has arrived`() {
    for count in 0..<head.utf8.count {
      #expect(scan(String(decoding: head.utf8.prefix(count), as: UTF8.self)) == nil, "\(count)")
    }
    let response = scan(head + "body\r\n\r\n")
    #expect(response?.status == 200)
    #expect(response?.headBytes == head.utf8.count)
    #expect(response?.bodyBytes == 2_048)
  }

  @Test func `the end of a head is found at any alignment`() {
    for padding in 0..<12 {
      let head = "HTTP/1.1 404 Not Found\r\nX: \(String(repeating: "y", count: padding))\r\n\r\n"
      #expect(scan(head + "\r\n\r\n")?.headBytes == head.utf8.count)
    }
  }

  @Test func `a field is found regardless of case, and leading spaces are removed`() {
    Array(head.utf8).withUnsafeBytes { bytes in
      #expect(ResponseScanner.field("content-length", in: bytes) == "2048")
      #expect(ResponseScanner.field("date", in: bytes) == "Sat")
      #expect(ResponseScanner.field("etag", in: bytes) == nil)
    }
  }
}
