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
    .story("Stack trace") {
      ErrorBanner([
        ErrorRow(
          heading: "Training stopped",
          message:
            "Traceback (most recent call last):\n  File \"train.py\", line 31, in <module>\n    loss.backward()\nValueError: the loss is NaN",
          code: "EXIT_1")
      ])
    },
    .story("None") { ErrorBanner() })
}
