/// What comparing a rendering with its snapshot came to.
public enum SnapshotResult: Equatable, Sendable {
  case matches
  /// The snapshot was written because that was asked for.
  case recorded
  /// There was none; it has been written, to be looked at and committed.
  case missing
  /// The unified difference from the snapshot to the rendering.
  case differs(String)
}

extension SnapshotFolder {
  /// Compares a rendering in canonical form with the snapshot of that name, and writes it where it is missing or where
  /// `mode` says so.
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

  /// The files of snapshots that no test compares any more, sorted. With ``SnapshotMode/record`` they are removed, and
  /// none is left to report.
  ///
  /// - Parameter names: those of all snapshots that are still compared.
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
