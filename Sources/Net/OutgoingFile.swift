#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A regular file, open to be sent to sockets. The last reference closes it.
package final class OutgoingFile: Sendable {
  /// In bytes, when it was opened.
  package let size: Int
  private let descriptor: Int32

  /// What became of a send. The file and the socket keep no position: the caller does.
  package enum Sent: Equatable, Sendable {
    /// The kernel took this many bytes, at least one.
    case bytes(Int)
    /// The socket's buffer is full.
    case full
    /// The file ends before the offset: it has shrunk.
    case endOfFile
    /// The peer is gone, or the file can't be read.
    case failed
  }

  /// - Throws: ``NetError/cannotOpen(path:reason:)``, also for a folder, a pipe or a device.
  package init(path: String) throws(NetError) {
    // O_NONBLOCK, because opening a pipe would wait for its writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: String(cString: strerror(errno))) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .cannotOpen(path: path, reason: "not a regular file")
    }
    self.descriptor = descriptor
    size = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Sends some of the file's bytes to a socket that doesn't block.
  ///
  /// On Linux the bytes never enter the process (sendfile). The thread must have SIGPIPE blocked, as an event loop's has.
  /// - Parameter buffer: for systems and file systems without sendfile: bounds what is read at once.
  package func send(
    from offset: Int, count: Int, to socket: Int32, buffer: UnsafeMutableRawBufferPointer
  ) -> Sent {
    #if canImport(Glibc)
      var position = offset
      while true {
        let sent = sendfile(socket, descriptor, &position, count)
        if sent > 0 { return .bytes(sent) }
        if sent == 0 { return .endOfFile }
        switch errno {
        case EINTR: continue
        case EAGAIN: return .full
        case EINVAL, ENOSYS: return sendCopy(from: offset, count: count, to: socket, buffer: buffer)
        default: return .failed
        }
      }
    #else
      return sendCopy(from: offset, count: count, to: socket, buffer: buffer)
    #endif
  }

  /// As ``send(from:count:to:buffer:)``, by reading into the buffer. What the socket has no room for is read again later.
  package func sendCopy(
    from offset: Int, count: Int, to socket: Int32, buffer: UnsafeMutableRawBufferPointer
  ) -> Sent {
    let read = retrying { pread(descriptor, buffer.baseAddress, min(count, buffer.count), off_t(offset)) }
    guard read > 0 else { return read == 0 ? .endOfFile : .failed }
    #if canImport(Glibc)
      let sent = retrying { Glibc.send(socket, buffer.baseAddress, read, Int32(MSG_NOSIGNAL)) }
    #else
      let sent = retrying { Darwin.send(socket, buffer.baseAddress, read, 0) }
    #endif
    if sent > 0 { return .bytes(sent) }
    return errno == EAGAIN ? .full : .failed
  }

  private func retrying(_ call: () -> Int) -> Int {
    while true {
      let result = call()
      if result >= 0 || errno != EINTR { return result }
    }
  }
}
