import Components

extension StoryCatalogue {
  static let storageBanner = StoryGroup(
    "StorageBanner",
    .story(
      "Disk full", controls: .text("since", initial: "14:02:11"),
      .text("reason", initial: "The disk is full. Free some space.")
    ) { props in
      StorageBanner(
        .init(since: props.text("since"), sinceISO: "2026-02-04T14:02:11.000Z", reason: props.text("reason")))
    },
    .story("Folder removed") {
      StorageBanner(
        .init(
          since: "14:02:11", sinceISO: "2026-02-04T14:02:11.000Z",
          reason: "The data folder was removed, renamed or covered while the server ran (telltale.db is gone). "
            + "Put the folder back, and restart the server."))
    },
    .story("Storing works") { StorageBanner() })
}
