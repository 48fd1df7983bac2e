#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Whether snapshots are compared or recorded.
public enum SnapshotMode: Equatable, Sendable {
  case compare
  case record

  /// The mode that the environment selects: `RECORD_SNAPSHOTS=1` records.
  public static var current: SnapshotMode {
    guard let value = getenv("RECORD_SNAPSHOTS") else { return .compare }
    return String(cString: value) == "1" ? .record : .compare
  }
}
