import CSystem

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A TCP socket that accepts connections, not blocking and not inherited by children.
package struct ListeningSocket: Sendable {
  package let descriptor: Int32
  /// The port that it is bound to.
  package let port: Int

  /// - Parameters:
  ///   - host: a numeric address, or `localhost`.
  ///   - port: 0 for any free port.
  package init(host: String, port: Int) throws(NetError) {
    var hints = addrinfo()
    hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV
    #if canImport(Glibc)
      hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    #else
      hints.ai_socktype = SOCK_STREAM
    #endif
    var found: UnsafeMutablePointer<addrinfo>?
    let numeric = host == "localhost" ? "127.0.0.1" : host
    guard getaddrinfo(numeric, String(port), &hints, &found) == 0, let address = found else {
      throw .unknownHost(host)
    }
    defer { freeaddrinfo(found) }
    let descriptor = socket(address.pointee.ai_family, address.pointee.ai_socktype, 0)
    guard descriptor >= 0 else { throw .system(call: "socket", code: errno) }
    do throws(NetError) {
      Self.makeNonBlocking(descriptor)
      // A restart must not wait for TIME_WAIT of the old connections. Two live servers still can't share a port.
      var yes: Int32 = 1
      setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
      guard bind(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0 else {
        switch errno {
        case EADDRINUSE: throw .addressInUse(port: port)
        case EACCES: throw .permissionDenied(port: port)
        case EADDRNOTAVAIL: throw .unknownHost(host)
        case let code: throw .system(call: "bind", code: code)
        }
      }
      // The kernel cuts it to its own limit (net.core.somaxconn).
      guard listen(descriptor, 4096) == 0 else {
        throw errno == EADDRINUSE ? .addressInUse(port: port) : .system(call: "listen", code: errno)
      }
    } catch {
      close(descriptor)
      throw error
    }
    self.descriptor = descriptor
    self.port = Self.localPort(descriptor)
  }

  /// The result of an accept.
  package enum Accepted: Sendable {
    case connection(Int32)
    /// No connection is waiting.
    case nothing
    /// Descriptors or memory have run out. The socket stays readable, so pause before the next accept.
    case exhausted
  }

  package func accept() -> Accepted {
    while true {
      #if canImport(Glibc)
        let connection = telltale_accept(descriptor, nil, nil)
      #else
        let connection = Darwin.accept(descriptor, nil, nil)
        if connection >= 0 { Self.makeNonBlocking(connection) }
      #endif
      if connection >= 0 {
        // Nagle's algorithm would delay each small message by up to 40 ms if the peer acknowledges late.
        var yes: Int32 = 1
        setsockopt(connection, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        return .connection(connection)
      }
      switch errno {
      case EAGAIN: return .nothing
      case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted
      default: continue  // EINTR, or a connection that ended before it was accepted (ECONNABORTED and the like)
      }
    }
  }

  static func makeNonBlocking(_ descriptor: Int32) {
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    #if canImport(Darwin)
      var yes: Int32 = 1
      setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &yes, socklen_t(MemoryLayout<Int32>.size))
    #endif
  }

  private static func localPort(_ descriptor: Int32) -> Int {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &length) }
      // The port has the same offset for IPv4 and IPv6.
      return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
        Int(UInt16(bigEndian: $0.pointee.sin_port))
      }
    }
  }
}

/// Makes `close` reset the connection: what is on its way is discarded, and the peer sees an error instead of an end.
package func resetOnClose(_ socket: Int32) {
  var option = linger(l_onoff: 1, l_linger: 0)
  setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
}

/// Bytes written to a socket that its peer has not acknowledged yet.
package func unacknowledgedByteCount(of socket: Int32) -> Int { max(0, Int(telltale_unacknowledged(socket))) }

/// Makes the kernel end a connection whose peer acknowledges nothing for so long, because the network is gone. By default
/// that takes a quarter of an hour.
package func limitSilence(of socket: Int32, milliseconds: Milliseconds) {
  #if canImport(Glibc)
    var value = UInt32(clamping: milliseconds)
    setsockopt(socket, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, &value, socklen_t(MemoryLayout<UInt32>.size))
  #else
    var value = Int32(clamping: max(1, milliseconds / 1000))
    setsockopt(socket, Int32(IPPROTO_TCP), TCP_RXT_CONNDROPTIME, &value, socklen_t(MemoryLayout<Int32>.size))
  #endif
}
