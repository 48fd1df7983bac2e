import Components

extension StoryCatalogue {
  static let jobStatus = StoryGroup(
    "JobStatus",
    .story(
      "Running", controls: .choice("state", initial: "running", of: JobState.allCases.map(\.rawValue)),
      .flag("large", isOn: false)
    ) {
      props in
      JobStatus(JobState(rawValue: props.text("state")) ?? .running, isLarge: props.flag("large"))
    },
    .story("Queued") { JobStatus(.queued) },
    .story("Succeeded") { JobStatus(.succeeded) },
    .story("Failed") { JobStatus(.failed) },
    .story("Cancelled") { JobStatus(.cancelled) })
}
