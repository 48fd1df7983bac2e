import Files
import Net
import Store

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
    let reason: String
    do throws(FileError) {
      try FileSystem.checkFolder(sourceRoot, for: .listing)
      return nil
    } catch let error where error.isMissing {
      reason = "does not exist"
    } catch let error where error.cause == .notAFolder {
      reason = "is not a folder"
    } catch {
      reason = "can't be read: \(error.reason)"
    }
    return "The source root \(sourceRoot) \(reason). Pass a folder that can be read with --source-root."
  }
}
