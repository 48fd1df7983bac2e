import HTML
import Testing

struct AttributeTests {
  private func tag(_ attribute: Attribute) -> String {
    br(attribute).renderString()
  }

  @Test func `attributes are written in the order of the call`() {
    let item = li(.id("a"), .class("b"), .hidden(), .data("c", 1), .aria("label", "d"), .role("e")) {}
    #expect(
      item.renderString()
        == "<li id=\"a\" class=\"b\" hidden data-c=\"1\" aria-label=\"d\" role=\"e\"></li>")
  }

  @Test func `a boolean attribute is written as its name or omitted`() {
    #expect(tag(.disabled()) == "<br disabled>")
    #expect(tag(.checked(true)) == "<br checked>")
    #expect(tag(.open(false)) == "<br>")
  }

  @Test func `a boolean value is written as a word`() {
    #expect(tag(.aria("pressed", false)) == "<br aria-pressed=\"false\">")
    #expect(tag(.data("live", true)) == "<br data-live=\"true\">")
    #expect(tag(.data("live")) == "<br data-live>")
  }

  @Test func `nil omits the attribute`() {
    let nothing: String? = nil
    #expect(tag(.title(nothing)) == "<br>")
    #expect(tag(.href(nothing)) == "<br>")
    #expect(tag(.aria("valuenow", Double?.none)) == "<br>")
    #expect(tag(.class(nil, nil)) == "<br>")
    #expect(tag(.when(false, .id("x"))) == "<br>")
    #expect(tag(.when(true, .id("x"))) == "<br id=\"x\">")
  }

  @Test func `class names are joined`() {
    #expect(tag(.class("card", nil, "card--failed", "is-wide")) == "<br class=\"card card--failed is-wide\">")
  }

  @Test(arguments: [
    (0.42, "0.42"), (1, "1"), (-0.5, "-0.5"), (100, "100"), (1e300, "1e+300"), (0.1 + 0.2, "0.30000000000000004"),
    (-0.0, "0"), (9_007_199_254_740_992, "9007199254740992.0"),
  ])
  func `a number is written with the fewest digits that identify it`(number: Double, expected: String) {
    #expect(tag(.value(number)) == "<br value=\"\(expected)\">")
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func `a number that is not finite omits the attribute`(number: Double) {
    #expect(tag(.value(number)) == "<br>")
    #expect(tag(.property("--value", number)) == "<br>")
  }

  @Test func `custom properties share one style attribute`() {
    let bar = div(.property("--value", 0.42), .id("bar"), .property("--tone", "red"), .property("--x", 3)) {}
    #expect(bar.renderString() == "<div style=\"--value: 0.42; --tone: red; --x: 3\" id=\"bar\"></div>")
  }

  @Test(arguments: ["red; background: url(//x)", "url(x)", "\"", "a/*", "}", "\\3b", "a:b"])
  func `a text that could end its property is omitted`(text: String) {
    #expect(tag(.property("--tone", text)) == "<br>")
  }

  @Test func `attributes that the browser would run as code trap`() async {
    await #expect(processExitsWith: .failure) { _ = Attribute.custom("onclick", "x") }
    await #expect(processExitsWith: .failure) { _ = Attribute.custom("OnClick", "x") }
    await #expect(processExitsWith: .failure) { _ = Attribute.custom("style", "x") }
    await #expect(processExitsWith: .failure) { _ = Attribute.custom("srcdoc", "x") }
    await #expect(processExitsWith: .failure) { _ = Attribute.property("color", "red") }
  }

  @Test func `custom attributes are written, and their URLs checked`() {
    #expect(tag(.custom("itemprop", "name")) == "<br itemprop=\"name\">")
    #expect(tag(.custom("xlink:href", "javascript:x")) == "<br xlink:href=\"about:invalid\">")
  }
}
