import Components

extension StoryCatalogue {
  static let errorBanner = StoryGroup(
    "ErrorBanner",
    .story(
      "One error", controls: .text("heading", initial: SampleJob.failure.heading),
      .text("message", initial: SampleJob.failure.message)
    ) { props in
      ErrorBanner([ErrorRow(heading: props.text("heading"), message: props.text("message"), code: "PLUGIN_FAILED")])
    },
    .story("Several") {
      ErrorBanner([
        SampleJob.failure, ErrorRow(heading: "A plugin was stopped", message: "track exceeded its time limit of 30 s."),
      ])
    },
    .story("None") { ErrorBanner() })
}
