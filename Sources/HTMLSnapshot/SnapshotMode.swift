#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Whether snapshots are compared, or written as they are now.
public enum SnapshotMode: Equatable, Sendable {
  case compare
  case record

  /// What `RECORD_SNAPSHOTS` in the environment asks for: `1` records.
  public static var current: SnapshotMode {
    guard let value = getenv("RECORD_SNAPSHOTS") else { return .compare }
    return String(cString: value) == "1" ? .record : .compare
  }
}
