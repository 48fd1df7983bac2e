import Net
import Store

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What must be right before a server begins. Nothing is made or changed by it: a start that is refused leaves nothing.
extension Configuration {
  /// Takes the address. Who connects from now on waits for the server.
  /// - Throws: ``UsageError``, ``StoreError/inUse(folder:by:)``, ``NetError``
  package func listen() throws -> ListeningSocket {
    if let fault = sourceRootFault { throw UsageError(fault) }
    // The store would find out by itself, but the same server's port is taken too: the folder says whose it is.
    if let holder = Store.holder(ofFolder: data) { throw StoreError.inUse(folder: data, by: holder) }
    return try ListeningSocket(host: host, port: port)
  }

  /// The URL of a server that listens there.
  package func address(port: Int) -> String { "http://\(host.contains(":") ? "[\(host)]" : host):\(port)/" }

  /// Why no source could be read, in a sentence that says what to do; nil where all is well.
  var sourceRootFault: String? {
    var status = stat()
    let reason: String
    if stat(sourceRoot, &status) != 0 {
      reason = errno == ENOENT ? "does not exist" : "can't be read: \(String(cString: strerror(errno)))"
    } else if status.st_mode & S_IFMT != S_IFDIR {
      reason = "is not a folder"
    } else if access(sourceRoot, R_OK | X_OK) != 0 {
      reason = "can't be read: \(String(cString: strerror(errno)))"
    } else {
      return nil
    }
    return "The source root \(sourceRoot) \(reason). Pass a folder that can be read with --source-root."
  }
}
