/// The page that `telltale bench html` renders: a table of text that needs escaping.
///
/// The limit is 60 µs for 100 rows in a release build on the reference machine.
public struct BenchmarkTable: Component {
  public var rowCount: Int

  public init(rowCount: Int = 100) {
    self.rowCount = rowCount
  }

  public var body: some HTML {
    table {
      thead {
        tr {
          th { "Id" }
          th { "Name" }
          th { "Note" }
          th { "State" }
        }
      }
      tbody {
        ForEach(0..<rowCount) { row in
          tr {
            td { row }
            td { "Build <target> & \"test\"" }
            td { "A note that says <b>what</b> happened & why, at some length" }
            td { "running" }
          }
        }
      }
    }
  }
}
