/// A family of topics, such as `job`, with the form of their names and their audience.
///
/// Two kinds with the same name are the same kind. A class, so that a topic retains its kind with one count.
package final class TopicKind: Hashable, Sendable {
  package let name: String
  /// Whether each topic of this kind belongs to one object and is written `NAME:ID`.
  package let hasID: Bool
  /// Whether a connection that names no topic receives it.
  package let isInDefaultSubscription: Bool
  /// Whether a connection that names one such topic, and nothing else, starts from a snapshot of it.
  package let startsWithSnapshot: Bool
  package let audience: Audience
  /// Whether every connection receives it, whatever its subscription.
  package let reachesEveryone: Bool

  package init(
    _ name: String, hasID: Bool, isInDefaultSubscription: Bool, startsWithSnapshot: Bool = false, audience: Audience,
    reachesEveryone: Bool = false
  ) {
    self.reachesEveryone = reachesEveryone
    self.name = name
    self.hasID = hasID
    self.isInDefaultSubscription = isInDefaultSubscription
    self.startsWithSnapshot = startsWithSnapshot
    self.audience = audience
  }

  package static func == (left: TopicKind, right: TopicKind) -> Bool { left === right || left.name == right.name }
  package func hash(into hasher: inout Hasher) { hasher.combine(name) }

  /// The digest of all jobs for lists: their `job_status` changes, and `progress` in whole per cent. Not part of the default
  /// subscription, since it repeats messages of `job:…`.
  package static let jobs = TopicKind("jobs", hasID: false, isInDefaultSubscription: false, audience: .viewers)
  /// Everything about one job.
  package static let job = TopicKind("job", hasID: true, isInDefaultSubscription: true, audience: .viewers)
  /// The lines of one log: too many for a client that did not subscribe to them.
  package static let log = TopicKind("log", hasID: true, isInDefaultSubscription: false, audience: .viewers)
  package static let engines = TopicKind("engines", hasID: false, isInDefaultSubscription: true, audience: .viewers)
  package static let events = TopicKind("events", hasID: false, isInDefaultSubscription: true, audience: .viewers)
  package static let project = TopicKind("project", hasID: true, isInDefaultSubscription: true, audience: .viewers)
  /// The server itself. Its messages go to every connection, without a subscription and without a number.
  package static let server = TopicKind(
    "server", hasID: false, isInDefaultSubscription: false, audience: .viewers, reachesEveryone: true)
}

/// What a connection subscribes to. On the wire it is `jobs`, `job:7`, `log:7`, `engines`, `events` or `project:3`.
package struct Topic: Hashable, Sendable, CustomStringConvertible {
  package let kind: TopicKind
  /// The id of its object; empty for a kind without ids.
  package let id: String

  /// - Precondition: the id is an ``Identifier``, or empty for a kind without ids.
  package init(_ kind: TopicKind, id: String = "") {
    self.kind = kind
    self.id = id
  }

  /// Reads a topic as a client writes it. Nil if it is not one of these kinds.
  package init?(_ text: some StringProtocol, kinds: TopicTable = .core) {
    // By bytes: a combining mark behind the colon makes one Character with it, and would be skipped along with it.
    guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else {
      guard let kind = kinds[String(text)], !kind.hasID else { return nil }
      self.init(kind)
      return
    }
    let id = String(text[text.utf8.index(after: colon)...])
    guard Identifier.isValid(id), let kind = kinds[String(text[..<colon])], kind.hasID else { return nil }
    self.init(kind, id: id)
  }

  package static let server = Topic(.server)
  package static let jobs = Topic(.jobs)
  package static let engines = Topic(.engines)
  package static let events = Topic(.events)
  package static func job(_ id: String) -> Topic { Topic(.job, id: id) }
  package static func log(_ id: String) -> Topic { Topic(.log, id: id) }
  package static func project(_ id: String) -> Topic { Topic(.project, id: id) }

  /// The job whose topic this is; nil for a topic of another kind.
  package var jobID: String? { kind == .job ? id : nil }

  package var description: String { kind.hasID ? "\(kind.name):\(id)" : kind.name }

  package static func == (left: Topic, right: Topic) -> Bool { left.id == right.id && left.kind == right.kind }

  package func hash(into hasher: inout Hasher) {
    // An id rarely occurs in several kinds; equality also compares the kinds.
    hasher.combine(kind.hasID ? id : kind.name)
  }
}

/// The kinds of topics that a server knows: its own and those of its features.
package struct TopicTable: Sendable {
  private let kinds: [String: TopicKind]
  /// In the order in which they were declared.
  package let all: [TopicKind]

  package static let core = TopicTable([.jobs, .job, .log, .engines, .events, .project])

  /// - Precondition: no two kinds have the same name.
  package init(_ kinds: [TopicKind]) {
    all = kinds
    self.kinds = Dictionary(uniqueKeysWithValues: kinds.map { ($0.name, $0) })
  }

  package func adding(_ more: [TopicKind]) -> TopicTable { TopicTable(all + more) }

  package subscript(name: String) -> TopicKind? { kinds[name] }

  /// The names as an error lists them: `jobs, job:ID or events`.
  package var names: String {
    let names = all.map { $0.hasID ? "\($0.name):ID" : $0.name }
    return names.count > 1 ? "\(names.dropLast().joined(separator: ", ")) or \(names[names.count - 1])" : names.joined()
  }
}

extension Topic {
  /// Reads a stored topic. If its feature is missing in this server, it is for admins only, and in no default
  /// subscription.
  package init(stored name: String, kinds: TopicTable) {
    if let known = Topic(name, kinds: kinds) {
      self = known
      return
    }
    let parts = name.split(separator: ":", maxSplits: 1)
    self.init(
      TopicKind(
        String(parts.first ?? ""), hasID: parts.count == 2, isInDefaultSubscription: false, audience: .admins),
      id: parts.count == 2 ? String(parts[1]) : "")
  }
}
