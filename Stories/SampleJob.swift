import Components
import Domain

/// The job that the stories show: it detects and tracks objects in a video of a walk through a park.
enum SampleJob {
  static let id = "job-7"
  static let name = "Walk through the park"

  static let runningPlugins = [
    PluginRow(
      name: "decode", state: .completed, timing: 8.2, metadata: about("Decodes video frames", "1.2.0")),
    PluginRow(name: "detect", state: .running, timing: 145.5, metadata: about("Detects people and dogs", "2.0.1")),
    PluginRow(name: "track", state: .started, metadata: about("Tracks detected objects", "0.9.4")),
  ]

  static let completedPlugins = runningPlugins.map { plugin in
    var plugin = plugin
    plugin.state = .completed
    plugin.timing = plugin.timing ?? 31.7
    return plugin
  }

  static let failedPlugins = [
    runningPlugins[0],
    PluginRow(name: "detect", state: .failed, metadata: about("Detects people and dogs", "2.0.1")),
    PluginRow(name: "track", state: .stopped, metadata: runningPlugins[2].metadata),
  ]

  /// One for each grade of the budget, one without a timing, and one with a negative timing.
  static let measuredPlugins = [
    PluginRow(
      name: "decode", state: .completed, timing: 8.2,
      statistics: .init(median: 8.1, p95: 11.4, maximum: 40.2, frames: 1170, health: "ok")),
    PluginRow(
      name: "detect", state: .running, timing: 145.5,
      statistics: .init(median: 139, p95: 210.3, maximum: 388.8, frames: 1170, health: "ok")),
    PluginRow(
      name: "describe", state: .running, timing: 612,
      statistics: .init(median: 598.2, p95: 871, maximum: 1204.6, frames: 1169, health: "slow")),
    PluginRow(name: "track", state: .started),
    PluginRow(name: "legacy-clock", state: .completed, timing: -3),
  ]

  static let warnings = [
    WarningRow(plugin: "decode", message: "The image is darker than the model expects", severity: .low, frame: "118"),
    WarningRow(plugin: "detect", message: "No detections in 25 frames", severity: .medium, frame: "402"),
    WarningRow(plugin: "detect", message: "Confidence below 0.3: <unknown object>", severity: .medium, frame: "431"),
    WarningRow(plugin: "track", message: "Merged two tracks that could not be distinguished", severity: .high),
  ]

  static let failure = ErrorRow(
    heading: "The job failed", message: "detect: can't read the model file models/park.bin.",
    code: "PLUGIN_FAILED")

  static let devices = [
    DeviceSelector.Device("cpu"), DeviceSelector.Device("gpu", unavailableReason: "no GPU found"),
  ]

  static let choices = [
    StartJobForm.Choice(
      plugin: "detect", description: "Detects people and dogs", isChosen: true,
      options: [
        StartJobForm.Option(
          field: "options.detect.confidence", label: "confidence",
          hint: "minimum confidence of a reported object: a number from 0 to 1", placeholder: "0.5")
      ]),
    StartJobForm.Choice(plugin: "track", description: "Tracks detected objects"),
  ]

  /// One row per state.
  static let rows = [
    row("job-8", name: "Nightly build", state: .queued),
    row(
      id, name: name, state: .running, percent: 42.5, stage: "Detecting objects", device: "cpu", warnings: 3,
      started: Moment(iso: "2026-01-01T14:02:11Z", text: "1 min ago"), duration: .seconds(72)),
    row(
      "job-6", name: "Letters of 1912", state: .succeeded, percent: 100, stage: "Done", device: "cpu",
      started: Moment(iso: "2026-01-01T13:00:00Z", text: "1 h ago"), duration: .seconds(3_723)),
    row(
      "job-5", name: "<b>Markup</b> in a name", state: .failed, percent: 37, stage: "Can't read the model",
      device: "gpu", warnings: 1_204, started: Moment(iso: "2025-12-31T09:30:00Z", text: "yesterday"),
      duration: .seconds(54)),
    row("job-4", name: "Harbour at night", state: .cancelled, percent: 81.2, duration: .seconds(9)),
  ]

  static func row(
    _ id: String, name: String, state: JobState, percent: Double? = nil, stage: String = "", device: String? = nil,
    warnings: Int = 0, started: Moment? = nil, duration: Duration? = nil
  ) -> JobRow {
    JobRow(
      id: id, name: name, address: Address.jobPage(id).description, state: state, percent: percent, stage: stage,
      device: device, warnings: warnings, started: started, duration: duration)
  }

  private static func about(_ description: String, _ version: String) -> [Fact] {
    [Fact("Description", description), Fact("Version", version)]
  }
}
