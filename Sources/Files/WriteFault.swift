#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Why the operating system refused to write, if it is something that a person can fix.
package enum WriteFault: Equatable, Sendable, CaseIterable {
  case diskFull
  case quotaExceeded
  /// The process's own limit (`RLIMIT_FSIZE`), or the largest file that the file system can hold.
  case fileTooLarge
  case readOnly
  case deviceFailed

  /// Nil for any other error number.
  package init?(systemError code: Int32) {
    switch code {
    case ENOSPC: self = .diskFull
    case EDQUOT: self = .quotaExceeded
    case EFBIG: self = .fileTooLarge
    case EROFS: self = .readOnly
    case EIO: self = .deviceFailed
    default: return nil
    }
  }

  /// What happened, as a clause without a full stop.
  package var reason: String {
    switch self {
    case .diskFull: "the disk is full"
    case .quotaExceeded: "the disk quota of the server's user is used up"
    case .fileTooLarge: "a file has reached the largest size that it may have"
    case .readOnly: "the file system is read-only"
    case .deviceFailed: "the disk reports an input/output error"
    }
  }

  /// What to do about it, as a sentence.
  package var advice: String {
    switch self {
    case .diskFull: "Free some space."
    case .quotaExceeded: "Raise the quota, or remove other files of that user."
    case .fileTooLarge: "Raise the process's limit (ulimit -f, or LimitFSIZE= in a systemd service)."
    case .readOnly: "Mount it for writing again; the system's log says why it changed."
    case .deviceFailed: "Check the disk and the system's log."
    }
  }

  /// Whether there is no room, as opposed to a disk that can't be written to at all.
  package var isLackOfRoom: Bool {
    switch self {
    case .diskFull, .quotaExceeded, .fileTooLarge: true
    case .readOnly, .deviceFailed: false
    }
  }
}
