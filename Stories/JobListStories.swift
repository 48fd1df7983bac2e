import Components
import Domain

extension StoryCatalogue {
  static let jobList = StoryGroup(
    "JobList",
    .story("Every status") { list(rows: SampleJob.rows) },
    .story("Empty") { list() },
    .story(
      "Filtered", controls: .choice("status", initial: "running", of: JobState.allCases.map(\.rawValue)),
      .text("name", initial: "park")
    ) {
      props in
      let state = JobState(rawValue: props.text("status"))
      return list(
        rows: SampleJob.rows.filter { $0.state == state }, filter: .init(state: state, query: props.text("name")),
        total: 5)
    },
    .story("Nothing matches") { list(filter: .init(query: "b&c"), total: 812) },
    .story("More than a page") { list(rows: SampleJob.rows, total: 812, older: "/?before=job-3") })

  private static func list(
    rows: [JobRow] = [], filter: JobList.Filter = .init(), total: Int? = nil, older: String? = nil
  ) -> JobList {
    JobList(rows: rows, filter: filter, total: total, older: older) {
      Address.dashboard(status: $0.state?.rawValue, query: $0.query).description
    }
  }
}
