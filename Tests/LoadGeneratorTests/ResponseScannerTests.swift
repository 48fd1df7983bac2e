import LoadGenerator
import Testing

struct ResponseScannerTests {
  private let head = "HTTP/1.1 200 OK\r\nDate: Sat\r\nContent-Length: 2048\r\nX-Content-Length: 7\r\n\r\n"

  private func scan(_ text: String) -> ResponseScanner? {
    Array(text.utf8).withUnsafeBytes { ResponseScanner($0) }
  }

  @Test func `a head is found when its last byte is there, and not before`() {
    for count in 0..<head.utf8.count {
      #expect(scan(String(decoding: head.utf8.prefix(count), as: UTF8.self)) == nil, "\(count)")
    }
    let answer = scan(head + "body\r\n\r\n")
    #expect(answer?.status == 200)
    #expect(answer?.headBytes == head.utf8.count)
    #expect(answer?.bodyBytes == 2_048)
  }

  @Test func `the end of a head is found at every place`() {
    for padding in 0..<12 {
      let head = "HTTP/1.1 404 Not Found\r\nX: \(String(repeating: "y", count: padding))\r\n\r\n"
      #expect(scan(head + "\r\n\r\n")?.headBytes == head.utf8.count)
    }
  }

  @Test func `a field is found whatever its case, and has no spaces in front`() {
    Array(head.utf8).withUnsafeBytes { bytes in
      #expect(ResponseScanner.field("content-length", bytes) == "2048")
      #expect(ResponseScanner.field("date", bytes) == "Sat")
      #expect(ResponseScanner.field("etag", bytes) == nil)
    }
  }
}
