import HTMLSnapshot
import Testing

struct LineDiffTests {
  @Test(arguments: [
    ("", "", ""),
    ("a\n", "a\n", ""),
    ("a\n", "b\n", "@@ -1,1 +1,1 @@\n-a\n+b\n"),
    ("", "a\n", "@@ -0,0 +1,1 @@\n+a\n"),
    ("a\n", "", "@@ -1,1 +0,0 @@\n-a\n"),
    ("1\n2\n3\n4\n5\n", "1\n2\nx\n4\n5\n", "@@ -2,3 +2,3 @@\n 2\n-3\n+x\n 4\n"),
    ("1\n2\n3\n", "1\n3\n", "@@ -1,3 +1,2 @@\n 1\n-2\n 3\n"),
    ("1\n2\n3\n4\n5\n6\n", "x\n2\n3\n4\n5\ny\n", "@@ -1,2 +1,2 @@\n-1\n+x\n 2\n@@ -5,2 +5,2 @@\n 5\n-6\n+y\n"),
    ("1\n2\n3\n", "x\n2\ny\n", "@@ -1,3 +1,3 @@\n-1\n+x\n 2\n-3\n+y\n"),
  ])
  func `a change is shown with its context`(old: String, new: String, expected: String) {
    #expect(unifiedDiff(from: old, to: new, contextLines: 1) == expected)
  }

  @Test func `three lines of context are the default, and a negative count means none`() {
    let old = (1...20).map { "\($0)\n" }.joined()
    let new = (1...20).map { $0 == 10 ? "ten\n" : "\($0)\n" }.joined()
    #expect(
      unifiedDiff(from: old, to: new) == "@@ -7,7 +7,7 @@\n 7\n 8\n 9\n-10\n+ten\n 11\n 12\n 13\n")
    #expect(unifiedDiff(from: old, to: new, contextLines: -1) == "@@ -10,1 +10,1 @@\n-10\n+ten\n")
  }
}
