import Components

extension StoryCatalogue {
  static let realtimeOverlay = StoryGroup(
    "RealtimeOverlay",
    .story("Idle") {
      RealtimeOverlay(isVisible: true, title: "No job", placement: .inPlace, connection: .init(.live))
    },
    .story("Loading") {
      overlay(.loading, ProgressBar(percent: 10, stage: "Starting…", elapsed: .seconds(1)))
    },
    .story(
      "InProgress",
      controls: .text("title", SampleJob.name), .number("percent", 50, in: 0...100),
      .text("stage", "Detecting objects"),
      .choice("connection", "live", of: ["connecting", "live", "reconnecting", "offline", "closed"]),
      .choice("placement", "in place", of: ["in place", "sheet"])
    ) { props in
      RealtimeOverlay(
        isVisible: true, title: props.text("title"), state: .running,
        placement: props.text("placement") == "sheet" ? .sheet : .inPlace, jobID: SampleJob.id,
        progress: ProgressBar(
          percent: props.number("percent"), stage: props.text("stage"), elapsed: .seconds(72), rate: 24.6,
          remaining: .seconds(74)),
        inspector: PluginInspector(plugins: SampleJob.runningPlugins), viewer: SampleFrame.viewer,
        connection: .story(props.text("connection")))
    },
    .story("Completing") {
      overlay(
        .completing,
        ProgressBar(
          percent: 95, stage: "Writing results", elapsed: .seconds(139), rate: 24.9, remaining: .seconds(7)),
        PluginInspector(plugins: SampleJob.completedPlugins))
    },
    .story("Complete") {
      overlay(
        .complete, ProgressBar(percent: 100, stage: "Done", elapsed: .seconds(146), rate: 24.7),
        PluginInspector(plugins: SampleJob.completedPlugins))
    },
    .story("WithWarnings") {
      overlay(
        .running, ProgressBar(percent: 62.5, stage: "Detecting objects", elapsed: .seconds(91), rate: 21),
        PluginInspector(plugins: SampleJob.runningPlugins, warnings: SampleJob.warnings))
    },
    .story("WithError") {
      overlay(
        .failed, ProgressBar(percent: 37, stage: "Detecting objects", state: .failed, elapsed: .seconds(54)),
        PluginInspector(plugins: SampleJob.failedPlugins), errors: [SampleJob.failure])
    },
    .story("WithTimings") {
      overlay(
        .running, ProgressBar(percent: 78, stage: "Tracking", elapsed: .seconds(113), rate: 12.4),
        PluginInspector(plugins: SampleJob.measuredPlugins))
    },
    .story("Reconnecting") {
      overlay(
        .running, ProgressBar(percent: 44, stage: "Detecting objects", elapsed: .seconds(64)),
        PluginInspector(plugins: SampleJob.runningPlugins), connection: .reconnecting)
    },
    .story("ConnectionLost") {
      overlay(
        .running, ProgressBar(percent: 44, stage: "Detecting objects", elapsed: .seconds(64)),
        PluginInspector(plugins: SampleJob.runningPlugins), connection: .closed(reason: nil))
    })

  private static func overlay(
    _ state: RealtimeOverlay.State, _ progress: ProgressBar, _ inspector: PluginInspector = .init(),
    errors: [ErrorRow] = [], connection: ConnectionBadge.State = .live
  ) -> RealtimeOverlay {
    RealtimeOverlay(
      isVisible: true, title: SampleJob.name, state: state, placement: .inPlace, jobID: SampleJob.id,
      progress: progress, inspector: inspector, viewer: state == .loading ? FrameViewer() : SampleFrame.viewer,
      errors: ErrorBanner(errors), connection: ConnectionBadge(connection))
  }
}
