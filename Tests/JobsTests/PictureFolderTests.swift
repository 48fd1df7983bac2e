import Domain
import Imaging
import Jobs
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A folder of pictures: what can be read is read, and what is left out is named.
struct PictureFolderTests {
  private func png(_ level: UInt8, width: Int = 4) -> [UInt8] {
    PNGEncoder.encode(
      Picture(width: width, height: 4, format: .grey, bytes: [UInt8](repeating: level, count: width * 4)))
  }

  private func bench() throws -> Bench { try Bench(plugins: [PluginFactory(Brightness.init)]) }

  private func run(_ bench: Bench) async throws -> Job {
    try await bench.run(JobRequest(source: "shots", plugins: ["brightness"]))
  }

  private func levels(_ job: Job) -> [Int?] { job.frames.map { $0.results[0].data["brightness"]?.intValue } }

  @Test func `links inside the root are read, and those that lead out are named`() async throws {
    let bench = try bench()
    let root = "\(bench.folder.path)/root"
    bench.folder.write(png(200), to: "secret.png")
    bench.write("shots/a.png", png(1))
    bench.write("elsewhere/b.png", png(2))
    symlink("\(root)/elsewhere/b.png", "\(root)/shots/b.png")
    symlink("a.png", "\(root)/shots/c.png")
    symlink("../../secret.png", "\(root)/shots/d.png")
    symlink("\(root)/gone.png", "\(root)/shots/e.png")
    let job = try await run(bench)
    #expect(job.status == .succeeded && levels(job) == [1, 2, 1])
    #expect(
      job.warnings.map(\.message) == [
        "2 files of the folder were skipped: d.png (a link that leads out of the source root), e.png (a link to nothing)."
      ])
  }

  @Test func `names that are no UTF-8 are read`() async throws {
    let bench = try bench()
    bench.write("shots/a.png", png(1))
    let name: [CChar] =
      "\(bench.folder.path)/root/shots/b".utf8.map { CChar(bitPattern: $0) }
      + [CChar(bitPattern: 0xE9), 0x2E, 0x70, 0x6E, 0x67, 0]  // é.png in Latin-1
    try #require(rename(bench.folder.write(png(2), to: "root/b.png"), name) == 0)
    let job = try await run(bench)
    #expect(job.status == .succeeded && levels(job) == [1, 2] && job.warnings.isEmpty)
  }

  @Test func `a damaged picture among others is skipped with its name and the reason`() async throws {
    let bench = try bench()
    bench.write("shots/a.png", png(1))
    bench.write("shots/b.png", png(2).dropLast(20))
    bench.write("shots/c.png", png(3, width: 5))
    bench.write("shots/d.png", png(4))
    bench.write("shots/e.png", [])
    let job = try await run(bench)
    #expect(job.status == .succeeded && levels(job) == [1, 4] && job.frames.map(\.id) == [0, 1])
    let text = job.warnings.first?.message ?? "-"
    #expect(text.hasPrefix("3 files of the folder were skipped: "), "\(text)")
    #expect(text.contains("b.png (The PNG ends in the middle of its "), "\(text)")
    #expect(text.contains("c.png (it has 5 × 4 pixels, the first picture 4 × 4)"), "\(text)")
    #expect(bench.recorder.story(job.id).contains("progress brightness 99"))
  }

  @Test func `other files are counted, and only the first few named`() async throws {
    let bench = try bench()
    bench.write("shots/a.png", png(1))
    bench.write("shots/.DS_Store", [1])
    mkdir("\(bench.folder.path)/root/shots/deeper", 0o755)
    for index in 1...9 { bench.write("shots/label\(index).txt", [1]) }
    bench.write("shots/b.y4m", video(levels: [1]))
    let job = try await run(bench)
    #expect(
      job.warnings.map(\.message) == [
        "11 files of the folder were skipped: b.y4m (a y4m video, not a picture), deeper (a folder), "
          + "label1.txt (not a picture), label2.txt (not a picture), label3.txt (not a picture) and 6 more."
      ])
  }

  @Test func `a file's name reaches no terminal that shows the warning`() async throws {
    let bench = try bench()
    bench.write("shots/a.png", png(1))
    // C1 control characters, as one code point each: a colour, and a window title.
    for name in ["b\u{9B}31mred", "c\u{9D}0;title\u{9C}", "d\u{7F}"] { bench.write("shots/\(name).txt", [1]) }
    let job = try await run(bench)
    #expect(
      job.warnings.map(\.message) == [
        "3 files of the folder were skipped: bred.txt (not a picture), c.txt (not a picture), d.txt (not a picture)."
      ])
  }

  @Test func `a folder without a readable picture is refused, or fails, with the reasons`() async throws {
    let bench = try bench()
    bench.write("shots/a.txt", [1])
    let error = await #expect(throws: AppError.self) {
      try await bench.service.create(JobRequest(source: "shots", plugins: ["brightness"]))
    }
    #expect(error?.message == "The folder shots holds no picture that can be read: a.txt (not a picture).")
    bench.write("shots/b.png", png(2).dropLast(20))
    let job = try await run(bench)
    #expect(job.status == .failed)
    #expect(job.error?.contains("a.txt (not a picture), b.png (The PNG ends ") == true, "\(job.error ?? "-")")
    mkdir("\(bench.folder.path)/root/hollow", 0o755)
    #expect(
      await errorCode { try await bench.service.create(JobRequest(source: "hollow", plugins: ["brightness"])) }
        == .unprocessable)
  }

  @Test(.enabled(if: Media.isAvailable, Media.needed))
  func `pictures of all kinds beside one another are read in order`() async throws {
    let media = try Media()
    mkdir("\(media.root)/shots", 0o755)
    media.make("shots/a.png", frames: 1, "-pix_fmt rgb24")
    for (name, options) in [
      ("b.jpg", ""), ("c.webp", "-c:v libwebp"), ("d.bmp", ""), ("e.tiff", ""), ("f.gif", "-frames:v 3"),
    ] {
      media.make("shots/\(name)", frames: 1, options)
    }
    media.bench.write("shots/g.jpg", Array("not a JPEG".utf8))
    let whole = media.read("shots/b.jpg")
    media.bench.write("shots/zz.jpg", Array(whole.prefix(whole.count * 3 / 4)))
    media.make("shots/h.mp4", frames: 2)
    for index in 10...13 { media.make("shots/z\(index).jpg", frames: 1) }
    let job = try await media.run("shots")
    #expect(job.status == .succeeded && job.frames.count == 11, "\(job.error ?? "-") \(job.frames.count)")
    #expect(job.frames.map(\.id) == Array(0..<11))
    let first = job.frames.first?.colour ?? []
    // A GIF has few colours.
    #expect(
      job.frames.dropLast().allSatisfy { difference($0.colour, first) ?? 255 <= 80 }, "\(job.frames.map(\.colour))")
    let text = job.warnings.first?.message ?? "-"
    #expect(text.hasPrefix("2 files of the folder were skipped: "), "\(text)")
    #expect(text.contains("h.mp4 (an MP4 or MOV video, not a picture)"), "\(text)")
    #expect(text.contains("g.jpg ("), "\(text)")
    let damage = job.warnings.last?.message ?? "-"
    #expect(damage.hasPrefix("1 picture of the folder may be damaged: zz.jpg ("), "\(damage)")
  }
}
