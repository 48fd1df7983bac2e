import Components

extension StoryCatalogue {
  static let warningRow = StoryGroup(
    "WarningRow",
    .story("High") { SampleJob.warnings[3] },
    .story("Medium") { SampleJob.warnings[1] },
    .story("Low") { SampleJob.warnings[0] },
    .story("Markup in a message") {
      WarningRow(plugin: "<b>detect</b>", message: "<img src=x onerror=alert(1)> \u{202E}gpj.exe", frame: "\"7\"")
    })
}
