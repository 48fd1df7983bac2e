/// What a connection subscribes to. On the wire it is `jobs`, `job:7`, `log:7`, `engines`, `events` or `project:3`.
package enum Topic: Hashable, Sendable, CustomStringConvertible {
  /// The digest of every job: its `job_status` changes and whole-percent `progress`. Made for lists of jobs.
  case jobs
  /// Everything that one job says.
  case job(String)
  /// The lines of one log; never part of the default subscription.
  case log(String)
  case engines
  case events
  case project(String)

  /// Reads a topic as a client writes it. Nil where it is none of ours.
  package init?(_ text: some StringProtocol) {
    switch text {
    case "jobs": self = .jobs
    case "engines": self = .engines
    case "events": self = .events
    default:
      // By bytes: a combining mark behind the colon makes one Character with it, and would be skipped along with it.
      guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
      let id = String(text[text.utf8.index(after: colon)...])
      guard Identifier.isValid(id) else { return nil }
      switch text[..<colon] {
      case "job": self = .job(id)
      case "log": self = .log(id)
      case "project": self = .project(id)
      default: return nil
      }
    }
  }

  package var description: String {
    switch self {
    case .jobs: "jobs"
    case .job(let id): "job:\(id)"
    case .log(let id): "log:\(id)"
    case .engines: "engines"
    case .events: "events"
    case .project(let id): "project:\(id)"
    }
  }

  /// Whether a connection that names no topic receives it: everything, save logs (far too much for somebody who did
  /// not ask) and the `jobs` digest (it repeats what `job:…` already says).
  package var isInDefaultSubscription: Bool {
    switch self {
    case .jobs, .log: false
    case .job, .engines, .events, .project: true
    }
  }
}

/// The identifiers that we hand out and take back in URLs, topics and file names.
package enum Identifier {
  /// 1 to 64 letters, digits, `-`, `_`: safe in a path, a topic and an HTML id without any escaping.
  package static func isValid(_ text: some StringProtocol) -> Bool {
    let bytes = text.utf8
    return !bytes.isEmpty && bytes.count <= 64
      && bytes.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }
}
