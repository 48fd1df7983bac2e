import Assets
import Testing

struct AssetLibraryTests {
  private func file(_ path: String, _ text: String = "content") -> AssetFile {
    AssetFile(path: path, bytes: Array(text.utf8))
  }

  private func text(_ path: String, in library: AssetLibrary) -> String? {
    library.asset(path, hash: library.hash).map { String(decoding: $0.bytes, as: UTF8.self) }
  }

  @Test func `the hash is ten hexadecimal digits, the same for the same files in any order`() {
    let (first, second) = (file("js/a.js"), file("js/b.js"))
    let library = AssetLibrary([first, second])
    #expect(library.hash.count == 10 && library.hash.allSatisfy { $0.isHexDigit && !$0.isUppercase })
    #expect(AssetLibrary([second, first]).hash == library.hash)
  }

  @Test func `every change of a file, of its path, or of the set of files changes the hash`() {
    let sets = [
      [file("js/a.js")], [file("js/a.js", "edited")], [file("js/b.js")], [file("js/a.js"), file("js/b.js")], [],
      [file("js/a.js"), file("css/a.css")],
    ]
    #expect(Set(sets.map { AssetLibrary($0).hash }).count == sets.count)
  }

  @Test func `a file is found by its path and the hash, and by no other build's hash`() {
    let library = AssetLibrary([file("js/pages/job.js", "a module")])
    #expect(library.url("js/pages/job.js") == "/assets/\(library.hash)/js/pages/job.js")
    #expect(text("js/pages/job.js", in: library) == "a module")
    #expect(library.asset("js/pages/job.js", hash: "0123456789") == nil)
    #expect(library.asset("js/none.js", hash: library.hash) == nil)
  }

  @Test func `stylesheets become one, the definitions first and the others by name`() {
    let library = AssetLibrary(
      ["z", "base", "a", "reset", "tokens", "app"].map { file("css/\($0).css", $0) } + [file("js/a.js")])
    #expect(text("css/app.css", in: library) == "app\ntokens\nreset\nbase\na\nz")
    #expect(library.asset("css/tokens.css", hash: library.hash) == nil)
  }

  @Test(arguments: [
    ("js/a.js", "text/javascript; charset=utf-8"), ("css/app.css", "text/css; charset=utf-8"),
    ("img/a.svg", "image/svg+xml"), ("img/a.bin", "application/octet-stream"),
  ])
  func `an asset has the media type of its extension`(path: String, type: String) {
    let library = AssetLibrary([file(path)])
    #expect(library.asset(path, hash: library.hash)?.contentType == type)
  }

  @Test func `an asset is compressed only if that makes it smaller`() throws {
    let library = AssetLibrary([file("js/long.js", String(repeating: "again ", count: 100)), file("js/a.js", "x")])
    let long = try #require(library.asset("js/long.js", hash: library.hash))
    #expect(try #require(long.gzipped).count < long.bytes.count)
    #expect(long.gzipped?.starts(with: [0x1F, 0x8B]) == true)
    let short = try #require(library.asset("js/a.js", hash: library.hash))
    #expect(short.gzipped == nil)
  }

  @Test func `two files of one path are a mistake in the program`() async {
    await #expect(processExitsWith: .failure) {
      _ = AssetLibrary([AssetFile(path: "js/a.js", bytes: [1]), AssetFile(path: "js/a.js", bytes: [2])])
    }
  }
}
