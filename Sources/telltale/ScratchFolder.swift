import Domain
import Files
import Processes

/// A private temporary folder for the duration of a command.
enum ScratchFolder {
  /// - Throws: ``AppError`` if it can't be created.
  static func make() throws(AppError) -> String {
    let parent = Environment.values(["TMPDIR"])["TMPDIR"] ?? "/tmp"
    do throws(FileError) {
      return try FileSystem.createTemporaryFolder(in: parent, prefix: "telltale-")
    } catch {
      throw AppError(.storageFull, "No temporary folder could be created in \(parent): \(error.reason).")
    }
  }

  /// Removes a folder with its contents.
  static func remove(_ path: String) { try? FileSystem.remove(path) }
}
