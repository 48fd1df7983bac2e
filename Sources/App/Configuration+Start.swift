import Assets
import Files
import Net
import Store

/// The checks before a server starts. They create and change nothing, so a refused start leaves no traces.
extension Configuration {
  /// Binds the address. Clients that connect from now on wait for the server.
  /// - Throws: ``UsageError``, ``StoreError/inUse(folder:by:)``, ``NetError``
  package func listen() throws -> ListeningSocket {
    if let problem = sourceRootProblem ?? webRoot.flatMap(AssetSource.problem) { throw UsageError(problem) }
    // Opening the store would fail too, but the port would fail first, and only the folder names the other server.
    if let holder = Store.holder(ofFolder: data) { throw StoreError.inUse(folder: data, by: holder) }
    return try ListeningSocket(host: host, port: port)
  }

  /// The URL of a server on this port.
  package func address(port: Int) -> String { "http://\(host.contains(":") ? "[\(host)]" : host):\(port)/" }

  /// A sentence that says why the source root is unusable and what to do; nil if it is usable.
  var sourceRootProblem: String? {
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
