import HTML
import Testing

/// Expects that the markup of a component is what was recorded for it.
///
/// ```swift
/// @Test func `a failed job is red`() {
///   expectSnapshot(of: JobCard(title: "Build", state: .failed), named: "failed")
/// }
/// ```
///
/// The snapshot is the canonical form (`HTML.prettyPrint`) in `__Snapshots__/Suite/name.html` beside the test file. A
/// missing one is written and fails the test once; a mismatch fails with the difference, the command that accepts it,
/// and the new rendering as an attachment. `RECORD_SNAPSHOTS=1` writes all that have changed.
///
/// - Parameters:
///   - name: unique in the file; `/` makes folders.
///   - folder: where to look instead of beside the test file.
public func expectSnapshot(
  of content: some HTML, named name: String, in folder: SnapshotFolder? = nil, mode: SnapshotMode = .current,
  filePath: String = #filePath, sourceLocation: SourceLocation = #_sourceLocation
) {
  let folder = folder ?? SnapshotFolder(besideTestFile: filePath)
  let rendering = content.renderPretty()
  do {
    let result = try folder.check(rendering, named: name, mode: mode)
    guard let complaint = folder.complaint(about: result, named: name) else { return }
    let attachmentName = SnapshotFolder.fileName(for: name).split(separator: "/").joined(separator: ".")
    Attachment.record(rendering, named: attachmentName, sourceLocation: sourceLocation)
    Issue.record("\(complaint)", sourceLocation: sourceLocation)
  } catch {
    Issue.record(error, sourceLocation: sourceLocation)
  }
}

/// Expects that every file in the suite's snapshot folder belongs to one of `names`; `RECORD_SNAPSHOTS=1` removes the
/// others.
public func expectNoStaleSnapshots(
  keeping names: some Sequence<String>, in folder: SnapshotFolder? = nil, mode: SnapshotMode = .current,
  filePath: String = #filePath, sourceLocation: SourceLocation = #_sourceLocation
) {
  let folder = folder ?? SnapshotFolder(besideTestFile: filePath)
  do {
    for file in try folder.staleFiles(keeping: names, mode: mode) {
      Issue.record("\(folder.complaint(aboutStale: file))", sourceLocation: sourceLocation)
    }
  } catch {
    Issue.record(error, sourceLocation: sourceLocation)
  }
}

extension SnapshotFolder {
  /// What to tell the person who runs the test, or `nil` if there is nothing to tell.
  func complaint(about result: SnapshotResult, named name: String) -> String? {
    let file = "__Snapshots__/\(suite)/\(Self.fileName(for: name))"
    return switch result {
    case .matches, .recorded: nil
    case .missing: "\(file) did not exist. It has been recorded: look at it, and run the test again."
    case .differs(let difference):
      """
      \(file) is not what is rendered now.
      --- recorded
      +++ rendered
      \(difference)\
      To accept it: \(acceptCommand)
      """
    }
  }

  func complaint(aboutStale file: String) -> String {
    "__Snapshots__/\(suite)/\(file) belongs to no test. To remove it: \(acceptCommand)"
  }

  private var acceptCommand: String {
    "RECORD_SNAPSHOTS=1 swift test --disable-xctest --filter \(suite)"
  }
}
