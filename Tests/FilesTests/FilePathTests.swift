import Files
import Testing

struct FilePathTests {
  @Test(arguments: [
    ("/a/b/c.txt", "/a/b", "c.txt"), ("/a", "/", "a"), ("a", ".", "a"), ("a/b", "a", "b"), ("/é/ü", "/é", "ü"),
    ("../a", "..", "a"),
  ])
  func `a path has a parent and a name`(path: String, parent: String, name: String) {
    #expect(FilePath.parent(of: path) == parent)
    #expect(FilePath.name(of: path) == name)
  }

  @Test(arguments: [
    ("a.png", "png"), ("a.PNG", "png"), ("a.tar.gz", "gz"), ("a", ""), ("a.", ""), ("b.d/a", ""), (".hidden", "hidden"),
  ])
  func `an extension is in lower case and has no dot`(path: String, expected: String) {
    #expect(FilePath.fileExtension(of: path) == expected)
  }

  @Test(arguments: [
    ("/a/./b//c", "/a/b/c"), ("/a/../b", "/b"), ("/../..", "/"), ("/a/b/../../c/", "/c"), ("/", "/"),
  ])
  func `a normalized path has no dots`(path: String, expected: String) {
    #expect(FilePath.normalized(path) == expected)
  }

  @Test func `a path is inside its folder and not inside a folder whose name merely begins the same`() {
    #expect(FilePath.isInside("/root/a/b", folder: "/root"))
    #expect(FilePath.isInside("/root", folder: "/root"))
    #expect(FilePath.isInside("/anything", folder: "/"))
    #expect(!FilePath.isInside("/root-beside/a", folder: "/root"))
    #expect(!FilePath.isInside("/", folder: "/root"))
  }
}
