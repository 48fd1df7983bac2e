import HTML
import HTMLSnapshot
import Stories
import Testing

struct StoryTests {
  @Test(arguments: StoryCatalogue.stories.map(\.id))
  func `a story is rendered as it was recorded`(id: String) throws {
    let story = try #require(StoryCatalogue.story(id))
    expectSnapshot(of: story.content(), named: id)
  }

  @Test func `every snapshot belongs to a story`() {
    expectNoStaleSnapshots(keeping: StoryCatalogue.stories.map(\.id))
  }

  @Test func `no two stories have one address`() {
    let ids = StoryCatalogue.stories.map(\.id)
    #expect(ids.count == Set(ids).count, "\(ids)")
  }

  @Test(arguments: [
    "idle", "loading", "in-progress", "completing", "complete", "with-warnings", "with-error", "with-timings",
  ])
  func `the overlay is shown in each state of a job`(name: String) {
    #expect(StoryCatalogue.story("realtime-overlay/\(name)")?.component == "RealtimeOverlay")
  }
}
