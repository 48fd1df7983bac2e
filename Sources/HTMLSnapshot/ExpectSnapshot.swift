import HTML
import Testing

/// Expects that the markup of a component matches its recorded snapshot.
///
/// ```swift
/// @Test func `a failed job is red`() {
///   expectSnapshot(of: JobCard(title: "Build", state: .failed), named: "failed")
/// }
/// ```
///
/// A snapshot is the canonical form (`HTML.prettyPrint`) in `__Snapshots__/Suite/name.html` beside the test file. If it
/// is missing, it is recorded and the test fails once. If it differs, the test fails with the difference, the command
/// to accept it, and the new rendering as an attachment. `RECORD_SNAPSHOTS=1` records all changes.
///
/// - Parameters:
///   - name: Unique in the file. `/` creates folders.
///   - folder: The folder to use instead of the one beside the test file.
public func expectSnapshot(
  of content: some HTML, named name: String, in folder: SnapshotFolder? = nil, mode: SnapshotMode = .current,
  filePath: String = #filePath, sourceLocation: SourceLocation = #_sourceLocation
) {
  let folder = folder ?? SnapshotFolder(besideTestFile: filePath)
  let rendering = content.renderPretty()
  do {
    let result = try folder.check(rendering, named: name, mode: mode)
    guard let failure = folder.failureMessage(for: result, named: name) else { return }
    let attachmentName = SnapshotFolder.fileName(for: name).split(separator: "/").joined(separator: ".")
    Attachment.record(rendering, named: attachmentName, sourceLocation: sourceLocation)
    Issue.record("\(failure)", sourceLocation: sourceLocation)
  } catch {
    Issue.record(error, sourceLocation: sourceLocation)
  }
}

/// Expects that every file in the suite's snapshot folder belongs to one of `names`. `RECORD_SNAPSHOTS=1` removes the
/// others.
public func expectNoStaleSnapshots(
  keeping names: some Sequence<String>, in folder: SnapshotFolder? = nil, mode: SnapshotMode = .current,
  filePath: String = #filePath, sourceLocation: SourceLocation = #_sourceLocation
) {
  let folder = folder ?? SnapshotFolder(besideTestFile: filePath)
  do {
    for file in try folder.staleFiles(keeping: names, mode: mode) {
      Issue.record("\(folder.failureMessage(forStale: file))", sourceLocation: sourceLocation)
    }
  } catch {
    Issue.record(error, sourceLocation: sourceLocation)
  }
}

extension SnapshotFolder {
  /// The message for a failed test; `nil` if the test passes.
  func failureMessage(for result: SnapshotResult, named name: String) -> String? {
    let file = "__Snapshots__/\(suite)/\(Self.fileName(for: name))"
    return switch result {
    case .matches, .recorded: nil
    case .missing: "\(file) did not exist and has been recorded. Review it, then run the test again."
    case .differs(let difference):
      """
      \(file) differs from the rendering.
      --- recorded
      +++ rendered
      \(difference)\
      To accept it: \(acceptCommand)
      """
    }
  }

  func failureMessage(forStale file: String) -> String {
    "__Snapshots__/\(suite)/\(file) belongs to no test. To remove it: \(acceptCommand)"
  }

  private var acceptCommand: String {
    "RECORD_SNAPSHOTS=1 swift test --disable-xctest --filter \(suite)"
  }
}
