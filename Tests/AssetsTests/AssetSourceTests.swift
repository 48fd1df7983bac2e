import Assets
import Domain
import Files
import TestSupport
import Testing
import WebAssets

struct AssetSourceTests {
  private func text(_ path: String, in library: AssetLibrary) -> String? {
    library.asset(path, hash: library.hash).map { String(decoding: $0.bytes, as: UTF8.self) }
  }

  @Test func `every file below web is in the binary`() throws {
    let web = FilePath.parent(of: FilePath.parent(of: FilePath.parent(of: #filePath))) + "/web"
    let listed = (0..<telltale_asset_count()).map { String(cString: telltale_asset($0).name) }
    let files = try FileSystem.files(below: web).filter {
      ["js", "css", "svg"].contains(FilePath.fileExtension(of: $0))
    }
    #expect(listed.sorted() == files, "Run Tests/scripts/list-assets.sh.")
  }

  @Test func `the project's folder gives the same library as the binary`() throws {
    let web = FilePath.parent(of: FilePath.parent(of: FilePath.parent(of: #filePath))) + "/web"
    #expect(try AssetSource(webRoot: web).library.hash == AssetSource().library.hash)
  }

  @Test func `a feature's files lie beside the product's under one hash, and its styles in the one stylesheet`() throws
  {
    let plain = try AssetSource().library
    let library = try AssetSource(adding: [
      AssetFile(path: "js/pages/sample.js", bytes: Array("import '../app.js'".utf8)),
      AssetFile(path: "css/sample.css", bytes: Array(".sample {}".utf8)),
    ]).library
    #expect(library.hash != plain.hash)
    #expect(text("js/pages/sample.js", in: library) == "import '../app.js'")
    #expect(text("js/app.js", in: library) == text("js/app.js", in: plain))
    #expect(text("css/app.css", in: library)?.hasPrefix("@layer ") == true)
    #expect(text("css/app.css", in: library)?.contains(".sample {}") == true)
  }

  @Test func `a folder is read again for each page, new files and added ones included`() throws {
    let folder = TemporaryFolder()
    folder.write(Array("old".utf8), to: "js/app.js")
    folder.write([0], to: "WebAssets.c")
    let source = try AssetSource(webRoot: folder.path, adding: [AssetFile(path: "js/added.js", bytes: [])])
    #expect(text("js/app.js", in: source.library) == "old")
    #expect(text("WebAssets.c", in: source.library) == nil)
    folder.write(Array("new".utf8), to: "js/app.js")
    folder.write(Array("more".utf8), to: "js/pages/more.js")
    let library = source.library
    #expect(text("js/app.js", in: library) == "new")
    #expect(text("js/pages/more.js", in: library) == "more")
    #expect(text("js/added.js", in: library) == "")
  }

  @Test func `a folder without modules is refused with what to pass instead`() {
    let folder = TemporaryFolder()
    folder.write([1], to: "css/app.css")
    for path in [folder.path, "\(folder.path)/none"] {
      let error = #expect(throws: AppError.self) { try AssetSource(webRoot: path) }
      #expect(
        error?.message == "The folder \(path) has no js/*.js in it. Pass the project's web folder as --web-root.")
    }
  }
}
