import HTML
import HTMLSnapshot
import Stories
import Testing

struct StoryTests {
  @Test(arguments: StoryCatalogue.stories.map(\.id))
  func `a story matches its snapshot`(id: String) throws {
    let story = try #require(StoryCatalogue.story(id))
    expectSnapshot(of: story.content(), named: id)
  }

  @Test func `every snapshot belongs to a story`() {
    expectNoStaleSnapshots(keeping: StoryCatalogue.stories.map(\.id))
  }

  @Test func `every story has an id of its own`() {
    let ids = StoryCatalogue.stories.map(\.id)
    #expect(ids.count == Set(ids).count, "\(ids)")
  }

  @Test(arguments: [
    "idle", "loading", "in-progress", "completing", "complete", "with-warnings", "with-error", "with-timings",
  ])
  func `the overlay has a story for each state of a job`(name: String) {
    #expect(StoryCatalogue.story("realtime-overlay/\(name)")?.component == "RealtimeOverlay")
  }
}
