import Components

extension StoryCatalogue {
  static let progressBar = StoryGroup(
    "ProgressBar",
    .story(
      "Running",
      controls: .number("percent", initial: 42.5, in: -50...150), .text("stage", initial: "Detecting objects"),
      .text("plugin", initial: "detect"),
      .choice("state", initial: "running", of: ProgressBar.State.allCases.map(\.rawValue)), .flag("known", isOn: true)
    ) { props in
      ProgressBar(
        percent: props.flag("known") ? props.number("percent") : nil, stage: props.text("stage"),
        plugin: props.text("plugin"), state: ProgressBar.State(rawValue: props.text("state")), elapsed: .seconds(61),
        rate: 24.6, remaining: .seconds(83))
    },
    .story("Just started") { ProgressBar(percent: 0, stage: "Starting…") },
    .story("Complete") { ProgressBar(percent: 100, stage: "Done", elapsed: .seconds(3_723), rate: 24.6) },
    .story("Indeterminate") { ProgressBar(percent: nil, elapsed: .seconds(8), rate: 0.42) },
    .story("Failed") { ProgressBar(percent: 37, plugin: "detect", state: .failed, elapsed: .seconds(54)) },
    .story("Failed at the end") {
      ProgressBar(percent: 100, stage: "Uploading", state: .failed, elapsed: .seconds(54))
    },
    .story("Cancelled") { ProgressBar(percent: 81.2, stage: "Cancelled", state: .cancelled, elapsed: .seconds(9)) })
}
