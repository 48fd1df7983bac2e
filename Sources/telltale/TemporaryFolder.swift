import Domain
import Files
import Processes

/// A folder of its own for a command, for as long as it runs.
enum TemporaryFolder {
  /// - Throws: ``AppError`` if it can't be created.
  static func make() throws(AppError) -> String {
    let parent = Environment.values(["TMPDIR"])["TMPDIR"] ?? "/tmp"
    do throws(FileError) {
      return try FileSystem.createTemporaryFolder(in: parent, prefix: "telltale-")
    } catch {
      throw AppError(.storageFull, "No temporary folder could be created in \(parent): \(error.reason).")
    }
  }

  /// Removes it with everything in it, as far as that is possible.
  static func remove(_ path: String) { try? FileSystem.remove(path) }
}
