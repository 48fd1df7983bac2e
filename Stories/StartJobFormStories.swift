import Components
import Domain

extension StoryCatalogue {
  static let startJobForm = StoryGroup(
    "StartJobForm",
    .story("Plain") { StartJobForm(action: action, plugins: SampleJob.choices, devices: SampleJob.devices) },
    .story("No plugins") { StartJobForm(action: action) },
    .story("Refused") {
      StartJobForm(
        action: action, plugins: SampleJob.choices, source: "../park.y4m", name: "Walk",
        problem: .init("../park.y4m is outside the server's folder. Choose a path inside it.", at: .source))
    },
    .story("No plugin chosen") {
      StartJobForm(
        action: action, plugins: [.init(plugin: "detect"), .init(plugin: "track")], source: "park.y4m",
        problem: .init("Choose at least one plugin.", at: .plugins))
    },
    .story("Option out of range") {
      StartJobForm(
        action: action,
        plugins: [
          .init(
            plugin: "detect", isChosen: true,
            options: [
              .init(
                field: "options.detect.confidence", label: "confidence",
                hint: "minimum confidence of a reported object: a number from 0 to 1", placeholder: "0.5", value: "50")
            ])
        ], source: "park.y4m",
        problem: .init(
          "The option \"confidence\" of the plugin \"detect\" must be a number from 0 to 1, such as 0.5, not 50."))
    },
    .story("Server full") {
      StartJobForm(
        action: action, plugins: SampleJob.choices, source: "park.y4m",
        problem: .init("The queue is full: 20 jobs are waiting. Try again later."))
    })

  private static let action = Address.jobForm.description
}
