import HTML
import Testing

struct ElementTests {
  enum Tone: String {
    case danger, calm
  }

  struct Badge: Component {
    var tone: Tone
    var label: String
    var note: String?

    var body: some HTML {
      span(.class("badge", tone == .danger ? "badge--danger" : nil), .data("tone", tone.rawValue), .title(note)) {
        label
      }
    }
  }

  @Test func `a component renders its body`() {
    let badge = Badge(tone: .danger, label: "a < b")
    #expect(
      badge.renderString() == "<span class=\"badge badge--danger\" data-tone=\"danger\">a &lt; b</span>")
  }

  @Test func `an element is reachable beside a prop with the same name`() {
    struct Field: Component {
      var label: String

      var body: some HTML {
        HTML::label(.for("name")) { label }
      }
    }
    #expect(Field(label: "Name").renderString() == "<label for=\"name\">Name</label>")
  }

  @Test func `a void element has neither content nor an end tag`() {
    let form = p {
      input(.type("text"), .name("q"))
      br()
      img(.src("/a.png"), .alt(""))
      hr()
    }
    #expect(form.renderString() == "<p><input type=\"text\" name=\"q\"><br><img src=\"/a.png\" alt=\"\"><hr></p>")
  }

  @Test func `an element without content still has an end tag`() {
    #expect(div {}.renderString() == "<div></div>")
    #expect(script(.src("/app.js")).renderString() == "<script src=\"/app.js\"></script>")
    #expect(svg { path(.d("M0 0")) }.renderString() == "<svg><path d=\"M0 0\"></path></svg>")
  }

  @Test func `a custom element keeps its name`() {
    let overlay = element("realtime-overlay", .hidden()) { slot(.name("title")) {} }
    #expect(
      overlay.renderString() == "<realtime-overlay hidden><slot name=\"title\"></slot></realtime-overlay>")
  }

  @Test func `an element named script or style must be created by its own functions`() async {
    await #expect(processExitsWith: .failure) { _ = element("script") { "alert(1)" }.render() }
    await #expect(processExitsWith: .failure) { _ = element("STYLE") { "p {}" }.render() }
  }

  @Test func `a document has a doctype, a character set, a viewport and a title`() {
    let page = document(title: "Jobs & more", .lang("en"), body: [.data("page", "job"), .data("job-id", 7)]) {
      link(.rel("stylesheet"), .href("/app.css"))
    } content: {
      main { "Hello" }
    }
    #expect(
      page.renderString() == """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8">\
        <meta name="viewport" content="width=device-width, initial-scale=1">\
        <title>Jobs &amp; more</title><link rel="stylesheet" href="/app.css"></head>\
        <body data-page="job" data-job-id="7"><main>Hello</main></body></html>

        """)
  }
}
