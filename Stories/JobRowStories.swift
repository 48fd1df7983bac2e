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
        row: SampleJob.row("job-9", name: String(repeating: "a-long-name-without-a-blank-", count: 8), state: .queued))
    })

  private static let longError = SampleJob.row(
    "job-8", name: "Harbour at night", state: .failed,
    stage:
      "The video is incomplete: it ends in the middle of frame 1,205. It was truncated while being copied, or it is "
      + "still being written. Copy it again, or wait until it is complete, then start a new job.")
}

/// A row in a list, because the list defines the columns.
private struct RowInList: Component, Sendable {
  var row: JobRow

  var body: some HTML {
    div(.class("job-list")) {
      ol(.class("job-list__rows")) { row }
    }
  }
}
