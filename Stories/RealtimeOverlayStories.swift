import Components

extension StoryCatalogue {
  static let realtimeOverlay = StoryGroup(
    "RealtimeOverlay",
    .story("Idle") {
      RealtimeOverlay(isVisible: true, title: "No job", placement: .inPlace, connection: .init(.live))
    },
    .story("Loading") {
      overlay(.loading, progress: ProgressBar(percent: 10, stage: "Starting…", elapsed: .seconds(1)))
    },
    .story(
      "InProgress",
      controls: .text("title", initial: SampleJob.name), .number("percent", initial: 50, in: 0...100),
      .text("stage", initial: "Detecting objects"),
      .choice("connection", initial: "live", of: ["connecting", "live", "reconnecting", "offline", "closed"]),
      .choice("placement", initial: "in place", of: ["in place", "sheet"])
    ) { props in
      RealtimeOverlay(
        isVisible: true, title: props.text("title"), state: .running,
        placement: props.text("placement") == "sheet" ? .sheet : .inPlace, jobID: SampleJob.id,
        progress: ProgressBar(
          percent: props.number("percent"), stage: props.text("stage"), elapsed: .seconds(72), rate: 24.6,
          remaining: .seconds(74)),
        inspector: PluginInspector(plugins: SampleJob.runningPlugins), viewer: SampleFrame.viewer,
        connection: .sample(named: props.text("connection")))
    },
    .story("Completing") {
      overlay(
        .completing,
        progress: ProgressBar(
          percent: 95, stage: "Writing results", elapsed: .seconds(139), rate: 24.9, remaining: .seconds(7)),
        inspector: PluginInspector(plugins: SampleJob.completedPlugins))
    },
    .story("Complete") {
      overlay(
        .complete, progress: ProgressBar(percent: 100, stage: "Done", elapsed: .seconds(146), rate: 24.7),
        inspector: PluginInspector(plugins: SampleJob.completedPlugins))
    },
    .story("WithWarnings") {
      overlay(
        .running, progress: ProgressBar(percent: 62.5, stage: "Detecting objects", elapsed: .seconds(91), rate: 21),
        inspector: PluginInspector(plugins: SampleJob.runningPlugins, warnings: SampleJob.warnings))
    },
    .story("WithError") {
      overlay(
        .failed, progress: ProgressBar(percent: 37, stage: "Detecting objects", state: .failed, elapsed: .seconds(54)),
        inspector: PluginInspector(plugins: SampleJob.failedPlugins), errors: [SampleJob.failure])
    },
    .story("WithTimings") {
      overlay(
        .running, progress: ProgressBar(percent: 78, stage: "Tracking", elapsed: .seconds(113), rate: 12.4),
        inspector: PluginInspector(plugins: SampleJob.measuredPlugins))
    },
    .story("Reconnecting") {
      overlay(
        .running, progress: ProgressBar(percent: 44, stage: "Detecting objects", elapsed: .seconds(64)),
        inspector: PluginInspector(plugins: SampleJob.runningPlugins), connection: .reconnecting)
    },
    .story("ConnectionLost") {
      overlay(
        .running, progress: ProgressBar(percent: 44, stage: "Detecting objects", elapsed: .seconds(64)),
        inspector: PluginInspector(plugins: SampleJob.runningPlugins), connection: .closed(reason: nil))
    })

  private static func overlay(
    _ state: RealtimeOverlay.State, progress: ProgressBar, inspector: PluginInspector = .init(),
    errors: [ErrorRow] = [], connection: ConnectionBadge.State = .live
  ) -> RealtimeOverlay {
    RealtimeOverlay(
      isVisible: true, title: SampleJob.name, state: state, placement: .inPlace, jobID: SampleJob.id,
      progress: progress, inspector: inspector, viewer: state == .loading ? FrameViewer() : SampleFrame.viewer,
      errors: ErrorBanner(errors), connection: ConnectionBadge(connection))
  }
}
