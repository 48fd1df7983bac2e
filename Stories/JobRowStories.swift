import Components
import HTML

extension StoryCatalogue {
  static let jobRow = StoryGroup(
    "JobRow",
    .story("Running") { RowInList(row: SampleJob.rows[1]) },
    .story("Failed") { RowInList(row: SampleJob.rows[3]) },
    .story("Long error") { RowInList(row: longError) },
    .story("Long name") {
      RowInList(
        row: JobRow(id: "job-9", name: String(repeating: "a-long-name-without-a-blank-", count: 8), state: .queued))
    })

  private static let longError = JobRow(
    id: "job-8", name: "Harbour at night", state: .failed,
    stage:
      "The video has no picture after 1,204 of them: the file ends in the middle of one. It was cut off while it was "
      + "copied, or is still being written. Copy it again, or wait for its end, and start a new job with it.")
}

/// A row takes its columns from the list that it stands in.
private struct RowInList: Component, Sendable {
  var row: JobRow

  var body: some HTML {
    div(.class("job-list")) {
      ol(.class("job-list__rows")) { row }
    }
  }
}
