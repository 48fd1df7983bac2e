import Components

extension StoryCatalogue {
  static let connectionBadge = StoryGroup(
    "ConnectionBadge",
    .story("Live") { ConnectionBadge(.live) },
    .story("Connecting") { ConnectionBadge(.connecting) },
    .story("Reconnecting") { ConnectionBadge(.reconnecting, asOf: "14:02:11") },
    .story("Reconnecting before any data") { ConnectionBadge(.reconnecting) },
    .story("Offline") { ConnectionBadge(.offline, asOf: "14:02:11") },
    .story("Offline before any data") { ConnectionBadge(.offline) },
    .story("Closed") { ConnectionBadge(.closed(reason: "the server does not answer"), asOf: "14:02:11") },
    .story("Gone") { ConnectionBadge(.gone, asOf: "14:02:11") })
}

extension ConnectionBadge {
  /// The badge that a control of a story names.
  static func story(_ name: String) -> ConnectionBadge {
    switch name {
    case "live": ConnectionBadge(.live)
    case "reconnecting": ConnectionBadge(.reconnecting, asOf: "14:02:11")
    case "offline": ConnectionBadge(.offline, asOf: "14:02:11")
    case "closed": ConnectionBadge(.closed(reason: nil), asOf: "14:02:11")
    default: ConnectionBadge(.connecting)
    }
  }
}
