import Components

extension StoryCatalogue {
  static let jobRow = StoryGroup(
    "JobRow",
    .story("Running") { SampleJob.rows[1] },
    .story("Failed") { SampleJob.rows[3] },
    .story("Long name") {
      JobRow(id: "job-9", name: String(repeating: "a-long-name-without-a-blank-", count: 8), state: .queued)
    })
}
