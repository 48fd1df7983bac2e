import Stories
import Testing

struct StoryControlTests {
  @Test(arguments: [
    (nil, "50"), ("7", "7"), ("-1", "0"), ("1e9", "100"), ("nan", "50"), ("inf", "50"), ("", "50"),
    ("x", "50"),
  ])
  func `a number is clamped to its range`(requested: String?, expected: String) {
    #expect(StoryControl.number("x", initial: 50, in: 0...100).value(for: requested) == expected)
  }

  @Test(arguments: [(nil, "on"), ("off", "off"), ("maybe", "on"), ("", "on")])
  func `an unknown choice is the initial value`(requested: String?, expected: String) {
    #expect(StoryControl.flag("x", isOn: true).value(for: requested) == expected)
  }

  @Test func `a long text is truncated`() {
    let control = StoryControl.text("x", initial: "a")
    #expect(control.value(for: nil) == "a")
    #expect(control.value(for: "") == "")
    #expect(control.value(for: String(repeating: "é", count: 900)) == String(repeating: "é", count: 500))
  }
}
