import Components

extension StoryCatalogue {
  static let jobList = StoryGroup(
    "JobList",
    .story("Every status") { JobList(rows: SampleJob.rows) },
    .story("Empty") { JobList() },
    .story(
      "Filtered", controls: .choice("status", initial: "running", of: JobState.allCases.map(\.rawValue)),
      .text("name", initial: "park")
    ) {
      props in
      let state = JobState(rawValue: props.text("status"))
      return JobList(
        rows: SampleJob.rows.filter { $0.state == state }, filter: .init(state: state, query: props.text("name")),
        total: 5)
    },
    .story("Nothing matches") { JobList(filter: .init(query: "b&c"), total: 812) },
    .story("More than a page") { JobList(rows: SampleJob.rows, total: 812, older: "/?before=job-3") })
}
