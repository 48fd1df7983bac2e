import Components

extension StoryCatalogue {
  static let pluginInspector = StoryGroup(
    "PluginInspector",
    .story(
      "Measured",
      controls: .choice("severity", initial: "all", of: ["all"] + WarningRow.Severity.allCases.map(\.rawValue))
    ) { props in
      PluginInspector(
        plugins: SampleJob.measuredPlugins, warnings: SampleJob.warnings,
        severity: WarningRow.Severity(rawValue: props.text("severity")))
    },
    .story("Empty") { PluginInspector() },
    .story("Only warnings") { PluginInspector(warnings: SampleJob.warnings, showsEmpty: false) },
    .story("Waiting for timings") {
      PluginInspector(plugins: [PluginRow(name: "decode", state: .started), PluginRow(name: "detect", state: .started)])
    },
    .story("Custom budget") {
      PluginInspector(plugins: SampleJob.measuredPlugins, budget: LatencyBudget(good: 5, medium: 50))
    },
    .story("More than fifty plugins") {
      PluginInspector(plugins: (1...60).map(numbered))
    },
    .story("Too many warnings") {
      PluginInspector(
        plugins: SampleJob.runningPlugins,
        warnings: (1...102).map { WarningRow(plugin: "detect", message: "No detections", frame: "\($0)") },
        warningsTotal: 1_250)
    },
    .story("No matching warnings") {
      PluginInspector(warnings: Array(SampleJob.warnings.prefix(2)), severity: .high)
    })

  private static func numbered(_ number: Int) -> PluginRow {
    let states = PluginRow.State.allCases
    return PluginRow(
      name: "plugin-\(number)", state: states[number % states.count], timing: Double(number * 12))
  }
}
