import JSONValues
import Wire

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A blocking client on a loopback socket. Sends exactly the given bytes, and reads with a time limit.
package final class ProbeClient {
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
    package init(description: String) { self.description = description }
  }

  /// An HTTP response.
  package struct Answer {
    package let status: Int
    /// Header fields by lower-case name.
    package let fields: [String: String]
    package let body: [UInt8]
    package var text: String { String(decoding: body, as: UTF8.self) }
    package var json: JSON? { try? JSON(parsing: body) }
  }

  let socket: Int32
  private var unread: [UInt8] = []
  /// Decodes the body of an event stream.
  private var chunks: ChunkDecoder?
  /// Whether a close frame is answered with its code, as every WebSocket client does.
  package var answersClose = true
  private var parser = WebSocketParser(from: .server, limits: WebSocketLimits(maxMessageBytes: 16 << 20))

  /// - Parameter seconds: The time limit of a read; a read that takes longer throws.
  package init(port: Int, seconds: Int = 20) throws {
    #if canImport(Glibc)
      socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #else
      socket = Darwin.socket(AF_INET, SOCK_STREAM, 0)
    #endif
    var timeout = timeval(tv_sec: seconds, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw Failure(description: "connect: \(String(cString: strerror(errno)))") }
  }

  deinit { close(socket) }

  /// Makes closing send a reset and discard unsent data.
  package func resetWhenClosed() {
    var abrupt = linger(l_onoff: 1, l_linger: 0)
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &abrupt, socklen_t(MemoryLayout<linger>.size))
  }

  #if canImport(Glibc)
    /// Makes the kernel silently drop all incoming packets, as if the network were gone.
    package func goDark() {
      struct Instruction {
        var code: UInt16 = 0x06  // BPF_RET | BPF_K: keep the first `value` bytes of a packet
        var ifTrue: UInt8 = 0
        var ifFalse: UInt8 = 0
        var value: UInt32 = 0
      }
      struct Program {
        var count: UInt16
        var instructions: UnsafeMutablePointer<Instruction>
      }
      var drop = Instruction()
      withUnsafeMutablePointer(to: &drop) { instructions in
        var program = Program(count: 1, instructions: instructions)
        let result = setsockopt(
          socket, SOL_SOCKET, SO_ATTACH_FILTER, &program, socklen_t(MemoryLayout<Program>.size))
        precondition(result == 0, "can't attach the filter: \(String(cString: strerror(errno)))")
      }
    }
  #endif

  /// Closes the sending half of the connection; responses still arrive.
  package func closeSendingHalf() { shutdown(socket, Int32(SHUT_WR)) }

  /// Whether the peer has ended the connection, and everything was read. Doesn't wait.
  package var isAtEnd: Bool {
    var byte: UInt8 = 0
    return unread.isEmpty && recv(socket, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) == 0
  }

  // MARK: HTTP

  package func send(_ text: String) throws { try send(Array(text.utf8)) }

  package func send(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      #if canImport(Glibc)
        let flags = Int32(MSG_NOSIGNAL)
      #else
        let flags: Int32 = 0
      #endif
      let count = bytes.withUnsafeBytes {
        Self.send(socket, from: $0.baseAddress! + sent, count: $0.count - sent, flags: flags)
      }
      guard count > 0 else { throw Failure(description: "send: \(String(cString: strerror(errno)))") }
      sent += count
    }
  }

  /// Sends one request and reads its response.
  package func request(
    _ method: String, _ path: String, headers: [String: String] = [:], body: [UInt8]? = nil
  ) throws -> Answer {
    var head = "\(method) \(path) HTTP/1.1\r\nHost: \(headers["Host"] ?? "localhost")\r\n"
    for (name, value) in headers where name != "Host" { head += "\(name): \(value)\r\n" }
    if let body { head += "Content-Length: \(body.count)\r\n" }
    try send(Array((head + "\r\n").utf8) + (body ?? []))
    return try answer(hasBody: method != "HEAD")
  }

  package func request(_ method: String, _ path: String, json: JSON, headers: [String: String] = [:]) throws -> Answer {
    var headers = headers
    headers["Content-Type"] = "application/json"
    return try request(method, path, headers: headers, body: json.encoded())
  }

  /// Reads one response.
  package func answer(hasBody: Bool = true) throws -> Answer {
    let lines = String(decoding: try read(through: Array("\r\n\r\n".utf8)), as: UTF8.self).split(separator: "\r\n")
    let words = lines[0].split(separator: " ")
    guard words.count >= 2, let status = Int(words[1]) else { throw Failure(description: "no status line: \(lines)") }
    var fields: [String: String] = [:]
    for line in lines.dropFirst() {
      let pair = line.split(separator: ":", maxSplits: 1)
      fields[pair[0].lowercased()] = pair.count == 2 ? String(pair[1].drop { $0 == " " }) : ""
    }
    let length = hasBody && status >= 200 && status != 204 && status != 304 ? Int(fields["content-length"] ?? "0")! : 0
    return Answer(status: status, fields: fields, body: try read(count: length))
  }

  /// Reads and discards bytes of a body.
  /// - Returns: The number of bytes.
  package func skip(count: Int) throws -> Int { try read(count: count).count }

  /// Reads until the peer closes the connection.
  package func readToEnd() throws -> [UInt8] {
    while try readMore() {}
    defer { unread = [] }
    return unread
  }

  // MARK: Event streams

  /// Requests an event stream. What is read afterwards is the stream, without the chunks that carry it.
  @discardableResult
  package func openEvents(_ path: String, headers: [String: String] = [:]) throws -> Answer {
    let answer = try request("GET", path, headers: headers.merging(["Accept": "text/event-stream"]) { $1 })
    if answer.fields["transfer-encoding"] == "chunked" { try decodeChunks() }
    return answer
  }

  /// Makes what is read from now on the data of chunks.
  package func decodeChunks() throws {
    var decoder = ChunkDecoder()
    unread = try decoder.decode(unread)
    chunks = decoder
  }

  /// Reads one event with its empty line.
  package func nextServerSentEvent() throws -> String {
    String(decoding: try read(through: Array("\n\n".utf8)), as: UTF8.self)
  }

  /// Whether the empty chunk has arrived, which tells an end from a cut.
  package var hasReadLastChunk: Bool { chunks?.hasEnded ?? false }

  // MARK: WebSocket

  /// Opens a WebSocket on this connection.
  package func upgrade(_ path: String, headers: [String: String] = [:]) throws {
    var headers = headers
    headers["Upgrade"] = "websocket"
    headers["Connection"] = "Upgrade"
    headers["Sec-WebSocket-Version"] = "13"
    headers["Sec-WebSocket-Key"] = "dGhlIHNhbXBsZSBub25jZQ=="
    let answer = try request("GET", path, headers: headers)
    guard answer.status == 101, answer.fields["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" else {
      throw Failure(description: "no upgrade: \(answer.status) \(answer.text)")
    }
  }

  package func sendText(_ text: String) throws {
    var frame: [UInt8] = []
    WebSocketFrame.appendMasked(.text, payload: Array(text.utf8), key: 0x0102_0304, to: &frame)
    try send(frame)
  }

  package func send(_ opcode: WebSocketOpcode, payload: [UInt8] = [], isFinal: Bool = true) throws {
    var frame: [UInt8] = []
    WebSocketFrame.appendMasked(opcode, payload: payload, key: 0x0102_0304, isFinal: isFinal, to: &frame)
    try send(frame)
  }

  package func sendClose(_ code: CloseCode?) throws {
    try send(.close, payload: code.map { WebSocketFrame.closePayload($0) } ?? [])
  }

  package func nextEvent() throws -> WebSocketEvent {
    while true {
      var bytes = unread
      let (consumed, event) = try bytes.withUnsafeMutableBytes { try parser.parse($0) }
      unread = Array(bytes[consumed...])
      if let event {
        if case .close(let code, _) = event, answersClose { try? sendClose(code) }
        return event
      }
      unread = []
      guard try readMore() else { throw Failure(description: "the peer closed without a close frame") }
    }
  }

  /// The next text message as JSON.
  package func nextMessage() throws -> JSON {
    switch try nextEvent() {
    case .text(let text): try JSON(parsing: text)
    case let other: throw Failure(description: "expected a message, got \(other)")
    }
  }

  /// Skips messages until one matches.
  package func nextMessage(where fits: (JSON) -> Bool) throws -> JSON {
    while true {
      let message = try nextMessage()
      if fits(message) { return message }
    }
  }

  // MARK: Bytes

  package func read(through end: [UInt8]) throws -> [UInt8] {
    while true {
      if unread.count >= end.count,
        let index = (0...(unread.count - end.count)).first(where: { unread[$0..<($0 + end.count)].elementsEqual(end) })
      {
        let found = Array(unread[..<(index + end.count)])
        unread.removeFirst(index + end.count)
        return found
      }
      guard try readMore() else { throw Failure(description: "the peer closed after \(unread.count) bytes") }
    }
  }

  private func read(count: Int) throws -> [UInt8] {
    while unread.count < count {
      guard try readMore() else { throw Failure(description: "the peer closed in the body") }
    }
    defer { unread.removeFirst(count) }
    return Array(unread[..<count])
  }

  private func readMore() throws -> Bool {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = recv(socket, &buffer, buffer.count, 0)
    guard count >= 0 else { throw Failure(description: "read: \(String(cString: strerror(errno)))") }
    let bytes = Array(buffer[..<count])
    unread += try chunks?.decode(bytes) ?? bytes
    return count > 0
  }

  private static func send(_ socket: Int32, from start: UnsafeRawPointer, count: Int, flags: Int32) -> Int {
    #if canImport(Glibc)
      Glibc.send(socket, start, count, flags)
    #else
      Darwin.send(socket, start, count, flags)
    #endif
  }
}
