import HTML
import Stories
import Testing

struct StoryPageTests {
  private func index(_ query: [String: String] = [:]) -> String {
    StoryIndexPage(query: query).renderString()
  }

  @Test func `a story has a page of its own, which links to the catalogue`() throws {
    let story = try #require(StoryCatalogue.story("realtime-overlay/in-progress"))
    let page = StoryPage(story).renderString()
    #expect(page.hasPrefix("<!DOCTYPE html>"))
    #expect(page.contains("<body data-page=\"story\"><main class=\"story-page\"><realtime-overlay"))
    #expect(page.contains("<title>RealtimeOverlay: InProgress</title>"))
    #expect(page.contains("<a href=\"/stories?story=realtime-overlay/in-progress\" target=\"_top\">All stories</a>"))
    #expect(!page.contains("data-theme"))
  }

  @Test func `the query sets the props and the theme of a story`() throws {
    let story = try #require(StoryCatalogue.story("realtime-overlay/in-progress"))
    let query = ["percent": "12.5", "title": "<b>", "theme": "dark", "nothing": "x"]
    let page = StoryPage(story, view: StoryView(query: query)).renderString()
    #expect(page.contains("aria-valuenow=\"12.5\""))
    #expect(page.contains("&lt;b&gt;"))
    #expect(page.contains("<html lang=\"en\" data-theme=\"dark\">"))
  }

  @Test func `the catalogue lists every story and marks the selected one`() {
    let page = index(["story": "realtime-overlay/with-error"])
    for story in StoryCatalogue.stories {
      #expect(page.contains("href=\"/stories?story=\(story.id)\""), "\(story.id)")
    }
    #expect(page.contains("href=\"/stories?story=realtime-overlay/with-error\" aria-current=\"page\""))
    #expect(page.contains("<iframe src=\"/stories/realtime-overlay/with-error\""))
  }

  @Test(arguments: ["", "no/such", "../x", "realtime-overlay"])
  func `an unknown story selects the first one`(id: String) {
    #expect(index(["story": id]).contains("<iframe src=\"/stories/\(StoryCatalogue.stories[0].id)\""))
  }

  @Test func `a search shows its matches, and a message if there are none`() {
    let found = index(["q": "OVERLAY error"])
    #expect(found.contains("data-words=\"realtimeoverlay witherror realtime-overlay/with-error\"><a"))
    #expect(found.contains("data-words=\"realtimeoverlay idle realtime-overlay/idle\" hidden><a"))
    #expect(found.contains("<section hidden><h2 class=\"story-list__component\">ProgressBar"))
    #expect(found.contains("<iframe src=\"/stories/realtime-overlay/with-error\""))
    #expect(found.contains("data-slot=\"stories-none\" hidden>"))
    let nothing = index(["q": "<none>"])
    #expect(nothing.contains("data-slot=\"stories-none\"><span>No stories match “</span>"))
    #expect(nothing.contains("data-slot=\"stories-search\">&lt;none&gt;<"))
    #expect(nothing.contains("class=\"story-list__groups\" hidden"))
    #expect(nothing.contains("href=\"/stories?story=\(StoryCatalogue.stories[0].id)\" data-action=\"all-stories\""))
  }

  @Test func `links keep the width and the theme, and only those of the same story keep the props`() {
    let page = index([
      "story": "realtime-overlay/in-progress", "width": "phone", "theme": "dark", "title": "A & b", "percent": "50",
    ])
    #expect(page.contains("<div class=\"story-stage__frame\" data-width=\"phone\">"))
    #expect(page.contains("<iframe src=\"/stories/realtime-overlay/in-progress?theme=dark&amp;title=A%20%26%20b\""))
    #expect(page.contains("href=\"/stories?story=realtime-overlay/idle&amp;theme=dark&amp;width=phone\""))
    #expect(page.contains("<input type=\"hidden\" name=\"theme\" value=\"dark\">"))
  }

  @Test func `the story's markup is shown as text`() {
    #expect(index(["story": "realtime-overlay/idle"]).contains("&lt;realtime-overlay\n  class="))
  }
}
