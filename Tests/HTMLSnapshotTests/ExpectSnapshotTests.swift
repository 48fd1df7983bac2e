import HTML
import HTMLSnapshot
import Testing

struct ExpectSnapshotTests {
  private struct Card: Component {
    var title: String

    var body: some HTML {
      article(.class("card"), .data("state", "running")) { h3 { title } }
    }
  }

  @Test func `the canonical form is compared with the file beside the test`() {
    expectSnapshot(of: Card(title: "Build"), named: "card")
    expectNoStaleSnapshots(keeping: ["card"])
  }

  @Test func `a mismatch shows the difference and the command that accepts it`() throws {
    try withTemporaryFolder { folder in
      expectSnapshot(of: Card(title: "Build"), named: "card", in: folder, mode: .record)
      withKnownIssue {
        expectSnapshot(of: Card(title: "Test"), named: "card", in: folder, mode: .compare)
      } matching: { issue in
        let message = issue.comments.map(\.rawValue).joined()
        return message.contains("-  <h3>Build</h3>\n+  <h3>Test</h3>\n")
          && message.contains("__Snapshots__/CardTests/card.html")
          && message.hasSuffix("RECORD_SNAPSHOTS=1 swift test --disable-xctest --filter CardTests")
      }
    }
  }

  @Test func `a missing snapshot fails once`() throws {
    try withTemporaryFolder { folder in
      withKnownIssue {
        expectSnapshot(of: Card(title: "Build"), named: "card", in: folder, mode: .compare)
      } matching: {
        $0.comments.contains { $0.rawValue.contains("card.html did not exist and has been recorded.") }
      }
      expectSnapshot(of: Card(title: "Build"), named: "card", in: folder, mode: .compare)
    }
  }

  @Test func `a stale file fails with its name`() throws {
    try withTemporaryFolder { folder in
      expectSnapshot(of: Card(title: "Build"), named: "card", in: folder, mode: .record)
      withKnownIssue {
        expectNoStaleSnapshots(keeping: ["other"], in: folder, mode: .compare)
      } matching: {
        $0.comments.contains { $0.rawValue.contains("__Snapshots__/CardTests/card.html belongs to no test") }
      }
    }
  }

  @Test func `a snapshot that can't be used is a failure`() throws {
    try withTemporaryFolder { folder in
      try put("x", at: folder.path)
      withKnownIssue {
        expectSnapshot(of: Card(title: "Build"), named: "card", in: folder, mode: .compare)
      } matching: {
        $0.error is SnapshotError
      }
    }
  }
}
