import HTML
import Testing

struct BuilderTests {
  @HTMLBuilder private func branches(_ number: Int) -> some HTML {
    if number > 1 {
      b { "many" }
    } else if number == 1 {
      "one"
    } else {
      EmptyHTML()
    }
    switch number {
    case 0: i { "zero" }
    default: number
    }
    if number == 2 { u { "two" } }
  }

  @Test(arguments: [(0, "<i>zero</i>"), (1, "one1"), (2, "<b>many</b>2<u>two</u>"), (3, "<b>many</b>3")])
  func `only the branch that is taken is rendered`(number: Int, expected: String) {
    #expect(branches(number).renderString() == expected)
  }

  @Test func `loops can be nested`() {
    let table = tbody {
      for row in 1...2 {
        tr {
          ForEach(1...3) { column in
            td { row * column }
          }
        }
      }
    }
    let expected =
      "<tbody><tr><td>1</td><td>2</td><td>3</td></tr><tr><td>2</td><td>4</td><td>6</td></tr></tbody>"
    #expect(table.renderString() == expected)
  }

  @Test func `a row is created only when it is rendered`() {
    final class Counter {
      private(set) var created = 0

      func row(_ index: Int) -> some HTML {
        created += 1
        return li { index }
      }
    }
    let counter = Counter()
    let rows = ForEach(0..<3) { counter.row($0) }
    #expect(counter.created == 0)
    #expect(rows.renderString() == "<li>0</li><li>1</li><li>2</li>")
    #expect(counter.created == 3)
  }

  @Test func `a block has up to ten statements, and a group holds more`() {
    let digits = p {
      0
      1
      2
      3
      4
      5
      6
      7
      8
      group {
        9
        "A"
      }
    }
    #expect(digits.renderString() == "<p>0123456789A</p>")
  }

  @Test func `nil renders nothing`() {
    let note: String? = nil
    #expect(p { note }.renderString() == "<p></p>")
  }

  @Test func `type-erased content renders the same`() {
    let contents = [AnyHTML(b { "x" }), AnyHTML("<")]
    #expect(contents.renderString() == "<b>x</b>&lt;")
  }

  @Test(arguments: [0, 7, -1, 10, 99, 100, -100, .max, .min])
  func `an integer renders as its digits`(number: Int) {
    #expect(number.renderString() == String(number))
  }

  @Test(arguments: [0, 1, 63, 64, 65, 1000, 100_000])
  func `the writer grows beyond its initial capacity`(length: Int) {
    let text = String(repeating: "x", count: length)
    var writer = HTMLWriter(capacity: 0)
    p { text }.render(into: &writer)
    #expect(writer.finish() == Array("<p>\(text)</p>".utf8))
  }
}
