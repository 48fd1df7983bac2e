import Stories
import Testing

struct StoryControlTests {
  @Test(arguments: [
    (nil, "50"), ("7", "7"), ("-1", "0"), ("1e9", "100"), ("nan", "50"), ("inf", "50"), ("", "50"),
    ("x", "50"),
  ])
  func `a number stays in its range`(asked: String?, expected: String) {
    #expect(StoryControl.number("x", 50, in: 0...100).value(asked) == expected)
  }

  @Test(arguments: [(nil, "on"), ("off", "off"), ("maybe", "on"), ("", "on")])
  func `a choice is one of its values`(asked: String?, expected: String) {
    #expect(StoryControl.flag("x", true).value(asked) == expected)
  }

  @Test func `a text has a bound`() {
    let control = StoryControl.text("x", "a")
    #expect(control.value(nil) == "a")
    #expect(control.value("") == "")
    #expect(control.value(String(repeating: "é", count: 900)).count == StoryControl.longestText)
  }
}
