import HTML
import HTMLSnapshot
import Testing

struct SnapshotTests {
  private let rendering = "<p>now</p>\n"

  @Test func `the snapshot folder is beside the test file`() {
    let folder = SnapshotFolder(besideTestFile: "/a/Tests/CardTests/JobCardTests.swift")
    #expect(folder.path == "/a/Tests/CardTests/__Snapshots__/JobCardTests")
    #expect(folder.suite == "JobCardTests")
  }

  @Test(arguments: [
    ("failed", "failed.html"), ("job-card/Running fast", "job-card/Running-fast.html"), ("50% done!", "50-done.html"),
    ("../../x", "x.html"), ("/a//b", "a/b.html"), ("v1.2_b", "v1.2_b.html"),
  ])
  func `a file name stays inside the folder, whatever the snapshot's name`(name: String, expected: String) {
    #expect(SnapshotFolder.fileName(for: name) == expected)
  }

  @Test func `a missing snapshot is reported once and recorded`() throws {
    try withTemporaryFolder { folder in
      try #expect(folder.check(rendering, named: "a/b", mode: .compare) == .missing)
      #expect(text(at: folder.path + "/a/b.html") == rendering)
      try #expect(folder.check(rendering, named: "a/b", mode: .compare) == .matches)
    }
  }

  @Test func `a mismatch gives the difference and keeps the snapshot`() throws {
    try withTemporaryFolder { folder in
      try put("<p>then</p>\n", at: folder.path + "/card.html")
      try #expect(
        folder.check(rendering, named: "card", mode: .compare)
          == .differs("@@ -1,1 +1,1 @@\n-<p>then</p>\n+<p>now</p>\n"))
      #expect(text(at: folder.path + "/card.html") == "<p>then</p>\n")
    }
  }

  @Test func `recording overwrites a snapshot that differs`() throws {
    try withTemporaryFolder { folder in
      try put("<p>then, and longer</p>\n", at: folder.path + "/card.html")
      try #expect(folder.check(rendering, named: "card", mode: .record) == .recorded)
      #expect(text(at: folder.path + "/card.html") == rendering)
      try #expect(folder.check(rendering, named: "card", mode: .record) == .matches)
    }
  }

  @Test func `a file without a snapshot name is stale, and recording removes it`() throws {
    try withTemporaryFolder { folder in
      for file in ["kept.html", "gone.html", "old/gone.html", "notes.txt"] {
        try put("x", at: "\(folder.path)/\(file)")
      }
      try #expect(folder.staleFiles(keeping: ["kept"], mode: .compare) == ["gone.html", "old/gone.html"])
      try #expect(folder.staleFiles(keeping: ["kept"], mode: .record) == [])
      try #expect(folder.staleFiles(keeping: ["kept"], mode: .compare) == [])
      #expect(text(at: folder.path + "/kept.html") == "x")
      #expect(text(at: folder.path + "/notes.txt") == "x")
    }
  }

  @Test func `a missing folder has no stale files`() throws {
    try withTemporaryFolder { folder in
      try #expect(folder.staleFiles(keeping: [], mode: .compare) == [])
    }
  }

  @Test func `a file that can't be read or written throws the reason`() throws {
    try withTemporaryFolder { folder in
      try put("a file where the folder should be", at: folder.path)
      #expect(throws: SnapshotError.unreadable(path: folder.path + "/a.html", reason: "Not a directory")) {
        try folder.check(rendering, named: "a", mode: .compare)
      }
    }
    try withTemporaryFolder { folder in
      try put("x", at: folder.path + "/a")
      #expect(throws: SnapshotError.self) { try folder.check(rendering, named: "a/b", mode: .compare) }
    }
  }

  @Test(arguments: [
    (SnapshotError.unreadable(path: "/a.html", reason: "Is a directory"), "read: Is a directory."),
    (.unwritable(path: "/a.html", reason: "No space left on device"), "written: No space left on device."),
  ])
  func `an error names the file and the reason`(error: SnapshotError, ending: String) {
    #expect(error.description == "The snapshot /a.html could not be " + ending)
  }
}
