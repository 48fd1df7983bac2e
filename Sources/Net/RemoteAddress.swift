import CSystem

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A TCP address to connect to.
package struct RemoteAddress: Sendable {
  private var storage = sockaddr_storage()
  private let length: socklen_t

  /// - Parameter host: a numeric address, or a name, which the system resolves; that may block.
  /// - Throws: ``NetError/unreachable(host:reason:)``.
  package init(host: String, port: Int) throws(NetError) {
    var hints = addrinfo()
    hints.ai_flags = AI_NUMERICSERV
    hints.ai_socktype = Self.streamType
    var found: UnsafeMutablePointer<addrinfo>?
    // The name has two addresses; development servers listen on this one.
    let numeric = host == "localhost" ? "127.0.0.1" : host
    let failure = getaddrinfo(numeric, String(port), &hints, &found)
    guard failure == 0, let address = found else {
      throw .unreachable(host: host, reason: String(cString: gai_strerror(failure)))
    }
    defer { freeaddrinfo(found) }
    length = address.pointee.ai_addrlen
    withUnsafeMutableBytes(of: &storage) {
      $0.copyMemory(from: UnsafeRawBufferPointer(start: address.pointee.ai_addr, count: Int(length)))
    }
  }

  /// Starts to connect without blocking: the descriptor becomes writable, or failed.
  /// - Parameters:
  ///   - loopbackSource: the last byte of the 127.0.0.x to connect from: one address has too few ports for many clients.
  ///   - receiveBufferBytes: the size of the kernel's receive buffer; nil leaves it to the kernel.
  /// - Throws: ``NetError/system(call:code:)``.
  package func startConnecting(loopbackSource: UInt8? = nil, receiveBufferBytes: Int32? = nil) throws(NetError)
    -> Int32
  {
    let descriptor = socket(Int32(storage.ss_family), Self.streamType, 0)
    guard descriptor >= 0 else { throw .system(call: "socket", code: errno) }
    ListeningSocket.makeNonBlocking(descriptor)
    setOption(TCP_NODELAY, of: descriptor, level: Int32(IPPROTO_TCP), to: 1)
    if let receiveBufferBytes { setOption(SO_RCVBUF, of: descriptor, level: SOL_SOCKET, to: receiveBufferBytes) }
    if let loopbackSource { bindLoopback(descriptor, lastByte: loopbackSource) }
    let result = withUnsafePointer(to: storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) }
    }
    guard result == 0 || errno == EINPROGRESS else {
      let code = errno
      close(descriptor)
      throw .system(call: "connect", code: code)
    }
    return descriptor
  }

  private func bindLoopback(_ descriptor: Int32, lastByte: UInt8) {
    var source = sockaddr_in()
    source.sin_family = sa_family_t(AF_INET)
    source.sin_addr.s_addr = (0x7F00_0000 | UInt32(lastByte)).bigEndian
    _ = withUnsafePointer(to: source) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  private func setOption(_ option: Int32, of descriptor: Int32, level: Int32, to value: Int32) {
    var value = value
    setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
  }

  #if canImport(Glibc)
    private static let streamType = Int32(SOCK_STREAM.rawValue)
  #else
    private static let streamType = SOCK_STREAM
  #endif
}
