import Domain
import Imaging
import JSONValues
import Jobs
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

struct SourceTests {
  private func run(_ bench: Bench, source: String) async throws -> Job {
    try await bench.run(JobRequest(source: source, plugins: ["brightness"]))
  }

  private func png(_ level: UInt8, width: Int = 4, height: Int = 4) -> [UInt8] {
    PNGEncoder.encode(
      Picture(width: width, height: height, format: .grey, bytes: [UInt8](repeating: level, count: width * height)))
  }

  private func bench() throws -> Bench { try Bench(plugins: [PluginFactory(Brightness.init)]) }

  @Test func `a folder of pictures is read in natural order`() async throws {
    let bench = try bench()
    for (name, level) in [("f10.png", 30), ("f2.png", 20), ("f1.png", 10), ("notes.txt", 1), (".f3.png", 1)]
      as [(String, UInt8)]
    {
      bench.write("shots/\(name)", name.hasSuffix("png") ? png(level) : [level])
    }
    bench.write("shots/f11.pgm", Array("P5 4 4 255\n".utf8) + [UInt8](repeating: 40, count: 16))
    let job = try await run(bench, source: "shots")
    #expect(job.status == .succeeded)
    #expect(job.frames.map { $0.results[0].data["brightness"] } == [10, 20, 30, 40])
  }

  @Test func `one picture is one frame`() async throws {
    let bench = try bench()
    bench.write("one.png", png(77))
    let job = try await run(bench, source: "one.png")
    #expect(job.frames.count == 1 && job.results["brightness"] == ["sum": 77])
  }

  @Test(arguments: [
    ("garbage.y4m", "The y4m video is malformed: a line does not begin with YUV4MPEG2 or is too long."),
    ("empty.y4m", "The y4m video ends in the middle of its header."),
    ("depth.y4m", "The y4m video uses the pixel format C420p17, which is not supported."),
    ("bomb.png", "The PNG has 60000 × 60000 pixels; the limit is 67108864 pixels."),
    ("garbage.png", "This is not a PNG, PPM or PGM picture."),
    ("zero.pgm", "The PNM picture is malformed: its size is 0 × 4."),
    ("hollow", "The folder hollow holds no picture that can be read: a.txt (not a picture)."),
    ("pipe.y4m", "The source pipe.y4m can't be read: it is neither a file nor a folder."),
    ("cut.png", "The source cut.png is cut off before the end of its first frame. Copy or upload it again."),
    ("cut.y4m", "The y4m video ends in the middle of a picture."),
    ("header.y4m", "The source header.y4m holds no frames."),
  ])
  func `what surely can't be read is refused with the reason, and makes no job`(source: String, reason: String)
    async throws
  {
    let bench = try bench()
    bench.write("garbage.y4m", Array("MP4 or so".utf8))
    bench.write("empty.y4m", [])
    bench.write("depth.y4m", Array("YUV4MPEG2 W2 H2 C420p17\n".utf8))
    // The signature, and a header chunk of 60,000 × 60,000 RGBA with its checksum.
    let bomb: [UInt8] =
      [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]
      + [0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60, 8, 6, 0, 0, 0, 0x80, 0xD2, 0x75, 0x42]
    bench.write("bomb.png", bomb)
    bench.write("garbage.png", [1, 2, 3])
    bench.write("zero.pgm", Array("P5 0 4 255\n".utf8))
    bench.write("hollow/a.txt", [1])
    mkfifo("\(bench.folder.path)/root/pipe.y4m", 0o644)
    bench.write("cut.png", Array(png(9, width: 40, height: 40).dropLast(20)))
    bench.write("cut.y4m", video(levels: [1]).dropLast(5))
    bench.write("header.y4m", video(levels: []))
    let error = await #expect(throws: AppError.self) {
      try await bench.service.create(JobRequest(source: source, plugins: ["brightness"]))
    }
    #expect(error == AppError(.unprocessable, reason, field: "source"))
    #expect(try bench.service.list(JobQuery()).jobs.isEmpty)
  }

  @Test func `a source that turns out to be damaged, so that nothing can be read, fails the job with the reason`()
    async throws
  {
    let bench = try bench()
    var damaged = png(9, width: 40, height: 40)
    damaged[damaged.count / 2] ^= 0xFF
    bench.write("damaged.png", damaged)
    let job = try await run(bench, source: "damaged.png")
    #expect(job.status == .failed && job.error?.hasPrefix("The PNG") == true, "\(job.error ?? "-")")
    #expect(bench.recorder.story(job.id).last?.hasPrefix("job_status failed") == true)
    let error = try #require(bench.recorder.messages(.job(job.id)).first { $0.type == .error })
    #expect(error.payload["details"]?.objectValue?["error_code"] == "SOURCE_UNREADABLE")
  }

  @Test func `a truncated clip's whole frames are processed, and a warning counts the rest`() async throws {
    let bench = try bench()
    bench.write("cut.y4m", video(levels: [1, 2, 3]).dropLast(5))
    let job = try await run(bench, source: "cut.y4m")
    #expect(job.status == .succeeded && job.frames.map(\.id) == [0, 1])
    #expect(
      job.warnings.map(\.message) == [
        "1 of 3 frames could not be read. The y4m video ends in the middle of a picture."
      ])
    #expect(job.warnings.map(\.plugin) == ["source"])
  }

  @Test func `nothing outside the root is a source`() throws {
    let bench = try bench()
    bench.folder.write(png(1), to: "secret.png")
    bench.write("inside.png", png(1))
    bench.write("deep/inside.png", png(1))
    let root = "\(bench.folder.path)/root"
    symlink("\(bench.folder.path)/secret.png", "\(root)/link.png")
    symlink(bench.folder.path, "\(root)/folder")
    symlink("\(root)/inside.png", "\(root)/good.png")
    mkdir("\(bench.folder.path)/root-beside", 0o755)
    bench.folder.write(png(1), to: "root-beside/x.png")
    let sources = SourceRoot(root: root, uploads: bench.uploads)
    for good in ["inside.png", "./inside.png", "deep/../inside.png", "good.png", "\(root)/inside.png"] {
      #expect(throws: Never.self, "\(good)") { try sources.resolve(good) }
    }
    for bad in [
      "../secret.png", "link.png", "folder", "folder/secret.png", "deep/../../secret.png", "/etc/passwd",
      "/etc/missing",
      "..", "../root-beside/x.png", "\(bench.folder.path)/root-beside/x.png",
    ] {
      #expect(throws: SourceError.outsideRoot(bad)) { try sources.resolve(bad) }
    }
    for missing in ["nope.png", "upload:nope.png", "upload:../root/inside.png", "upload:.partial", "a\0b"] {
      #expect(throws: SourceError.self) { try sources.resolve(missing) }
    }
    #expect(throws: SourceError.missingUpload("nope.png")) { try sources.resolve("upload:nope.png") }
    #expect(throws: SourceError.empty) { try sources.resolve("upload:") }
  }

  @Test func `a paced job takes as long as its frames last`() async throws {
    let bench = try bench()
    bench.write("clip.y4m", video(levels: [1, 2, 3, 4]))
    let duration = try await ContinuousClock().measure {
      _ = try await bench.run(JobRequest(source: "clip.y4m", plugins: ["brightness"], options: ["pace": "realtime"]))
    }
    // Four frames of 30 a second: three pauses.
    #expect(duration >= .milliseconds(100))
  }
}
