#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What only an ill-mannered client does.
extension ProbeClient {
  /// Sends each byte in a packet of its own, and stops without complaint where the peer no longer takes them.
  package func sendByteByByte(_ bytes: [UInt8]) {
    var isOn: Int32 = 1
    setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
    for byte in bytes {
      do { try send([byte]) } catch { return }
    }
  }

  /// Says that nothing more will be sent, and goes on reading.
  package func closeSending() { shutdown(socket, Int32(SHUT_WR)) }

  /// Lets the kernel keep only a little of what this client does not read.
  package func takeLittle() {
    var count: Int32 = 4096
    setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &count, socklen_t(MemoryLayout<Int32>.size))
  }

  /// Goes away without a goodbye: the peer sees a reset.
  package func reset() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
  }
}
