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
    .story("Closed") { ConnectionBadge(.closed(reason: "the server is not responding"), asOf: "14:02:11") },
    .story("Gone") { ConnectionBadge(.gone, asOf: "14:02:11") })
}

extension ConnectionBadge {
  /// The badge for a value of a story's `connection` control.
  static func sample(named name: String) -> ConnectionBadge {
    switch name {
    case "live": ConnectionBadge(.live)
    case "reconnecting": ConnectionBadge(.reconnecting, asOf: "14:02:11")
    case "offline": ConnectionBadge(.offline, asOf: "14:02:11")
    case "closed": ConnectionBadge(.closed(reason: nil), asOf: "14:02:11")
    default: ConnectionBadge(.connecting)
    }
  }
}
