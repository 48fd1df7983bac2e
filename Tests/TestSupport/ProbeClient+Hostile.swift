#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Behaviour of hostile clients.
extension ProbeClient {
  /// Sends each byte in a packet of its own. Stops silently once the peer has closed the connection.
  package func sendByteByByte(_ bytes: [UInt8]) {
    var isOn: Int32 = 1
    setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
    for byte in bytes {
      do { try send([byte]) } catch { return }
    }
  }
}
