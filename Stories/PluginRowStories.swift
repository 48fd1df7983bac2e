import Components

extension StoryCatalogue {
  static let pluginRow = StoryGroup(
    "PluginRow",
    .story(
      "Running",
      controls: .text("name", initial: "detect"),
      .choice("state", initial: "running", of: PluginRow.State.allCases.map(\.rawValue)),
      .number("timing", initial: 145.5, in: -10...2000), .number("slowest", initial: 600, in: 0...2000)
    ) { props in
      PluginRow(
        name: props.text("name"), state: PluginRow.State(named: props.text("state")),
        timing: props.number("timing"), slowest: props.number("slowest"), metadata: [Fact("Version", "2.0.1")])
    },
    .story("Not measured") { PluginRow(name: "track", state: .started) },
    .story("Negative timing") { PluginRow(name: "legacy-clock", state: .completed, timing: -3, slowest: 100) },
    .story("Unknown status") { PluginRow(name: "newer-plugin", state: PluginRow.State(named: "dreaming")) },
    .story("Stopped") {
      PluginRow(name: "detect", state: .stopped, timing: 145.5, slowest: 600, metadata: [Fact("Version", "2.0.1")])
    },
    .story("Failed") { PluginRow(name: "detect", state: .failed, timing: 82.5, slowest: 82.5) },
    .story("With statistics") { SampleJob.measuredPlugins[1] })
}
