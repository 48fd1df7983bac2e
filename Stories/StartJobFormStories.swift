import Components

extension StoryCatalogue {
  static let startJobForm = StoryGroup(
    "StartJobForm",
    .story("Plain") { StartJobForm(plugins: SampleJob.choices, devices: SampleJob.devices) },
    .story("No plugins") { StartJobForm() },
    .story("Refused") {
      StartJobForm(
        plugins: SampleJob.choices, source: "../park.y4m", name: "Walk",
        error: "../park.y4m lies outside the folder of the server. Choose a path below it.")
    })
}
