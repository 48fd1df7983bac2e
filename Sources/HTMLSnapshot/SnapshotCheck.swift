/// The result of comparing a rendering with its snapshot.
public enum SnapshotResult: Equatable, Sendable {
  case matches
  /// The snapshot was recorded on request.
  case recorded
  /// There was no snapshot. It has been recorded, for you to review and commit.
  case missing
  /// The unified difference from the snapshot to the rendering.
  case differs(String)
}

extension SnapshotFolder {
  /// Compares a rendering in canonical form with the snapshot of this name. Records it if it is missing, or if `mode`
  /// is ``SnapshotMode/record``.
  public func check(
    _ rendering: String, named name: String, mode: SnapshotMode = .current
  ) throws(SnapshotError) -> SnapshotResult {
    let fileName = Self.fileName(for: name)
    let recorded = try read(fileName)
    if recorded == rendering { return .matches }
    if let recorded, mode == .compare {
      return .differs(unifiedDiff(from: recorded, to: rendering))
    }
    try write(rendering, as: fileName)
    return mode == .record ? .recorded : .missing
  }

  /// The files of snapshots that no test uses any more, sorted. With ``SnapshotMode/record`` they are removed, and the
  /// result is empty.
  ///
  /// - Parameter names: The names of all snapshots in use.
  public func staleFiles(
    keeping names: some Sequence<String>, mode: SnapshotMode = .current
  ) throws(SnapshotError) -> [String] {
    let kept = Set(names.map(Self.fileName))
    let stale = fileNames().filter { !kept.contains($0) }
    guard mode == .record else { return stale }
    for fileName in stale { try remove(fileName) }
    return []
  }
}
