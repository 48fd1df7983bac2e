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
    ("cut.y4m", "The y4m video ends in the middle of a picture."),
    ("garbage.y4m", "The y4m video is malformed: a line does not begin with YUV4MPEG2 or is too long."),
    ("empty.y4m", "The y4m video ends in the middle of its header."),
    ("bomb.png", "The PNG has 60000 × 60000 pixels; the limit is 67108864 pixels."),
    ("cut.png", "The PNG ends in the middle of its IDAT chunk."),
    ("sizes", "Frame 1 has 5 × 4 pixels, the frames before it 4 × 4. All frames of a job must have the same size."),
    ("hollow", "The folder hollow holds no pictures (PNG, PPM, PGM)."),
  ])
  func `what can't be read fails the job with the reason`(source: String, reason: String) async throws {
    let bench = try bench()
    bench.write("cut.y4m", video(levels: [1, 2, 3]).dropLast(5))
    bench.write("garbage.y4m", Array("MP4 or so".utf8))
    bench.write("empty.y4m", [])
    // The signature, and a header chunk of 60,000 × 60,000 RGBA with its checksum.
    let bomb: [UInt8] =
      [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]
      + [0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60, 8, 6, 0, 0, 0, 0x80, 0xD2, 0x75, 0x42]
    bench.write("bomb.png", bomb)
    bench.write("cut.png", Array(png(9, width: 40, height: 40).dropLast(20)))
    bench.write("sizes/1.png", png(1))
    bench.write("sizes/2.png", png(1, width: 5))
    bench.write("hollow/a.txt", [1])
    let job = try await run(bench, source: source)
    #expect(job.status == .failed && job.error == reason)
    #expect(bench.recorder.story(job.id).last?.hasPrefix("job_status failed") == true)
    let error = try #require(bench.recorder.messages(.job(job.id)).first { $0.type == .error })
    #expect(error.payload["details"]?.objectValue?["error_code"] == "SOURCE_UNREADABLE")
  }

  @Test func `a truncated clip's whole frames are processed before it fails`() async throws {
    let bench = try bench()
    bench.write("cut.y4m", video(levels: [1, 2, 3]).dropLast(5))
    #expect(try await run(bench, source: "cut.y4m").frames.map(\.id) == [0, 1])
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
    let sources = SourceRoot(root: root, uploads: bench.uploads.folder)
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

  @Test func `a link in a folder that leads elsewhere is not read`() async throws {
    let bench = try bench()
    bench.folder.write(png(200), to: "secret.png")
    bench.write("shots/a.png", png(1))
    symlink("\(bench.folder.path)/secret.png", "\(bench.folder.path)/root/shots/b.png")
    #expect(try await run(bench, source: "shots").frames.count == 1)
  }

  @Test func `pipes and unknown files are refused`() async throws {
    let bench = try bench()
    bench.write("notes.txt", [1])
    mkfifo("\(bench.folder.path)/root/pipe.y4m", 0o644)
    for source in ["notes.txt", "pipe.y4m"] {
      let request = JobRequest(source: source, plugins: ["brightness"])
      #expect(await errorCode { try await bench.service.create(request) } == .unprocessable)
    }
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

  private static let hasFFmpeg = (getenv("PATH").map { String(cString: $0) } ?? "").split(separator: ":")
    .contains { access("\($0)/ffmpeg", X_OK) == 0 }

  @Test(.enabled(if: hasFFmpeg, "There is no ffmpeg on the PATH."))
  func `other videos and JPEG come through ffmpeg`() async throws {
    let bench = try bench()
    let root = "\(bench.folder.path)/root"
    bench.write("clip.y4m", video(levels: [16, 60, 120, 180, 235], width: 64, height: 64))
    #expect(system("ffmpeg -v error -i \(root)/clip.y4m -pix_fmt yuv420p -c:v mpeg4 -q:v 1 \(root)/clip.mkv") == 0)
    #expect(system("ffmpeg -v error -i \(root)/clip.y4m -frames:v 1 -q:v 1 \(root)/a.jpg") == 0)
    // A pattern to ffmpeg, but just a name here.
    #expect(rename("\(root)/a.jpg", "\(root)/a%20b.jpg") == 0)
    let job = try await run(bench, source: "clip.mkv")
    #expect(job.status == .succeeded && job.error == nil)
    let levels = job.frames.compactMap { $0.results[0].data["brightness"]?.intValue }
    #expect(levels.count == 5)
    #expect(zip(levels, [0, 51, 121, 191, 255]).allSatisfy { abs($0 - $1) <= 6 }, "\(levels)")
    #expect(bench.recorder.story(job.id).contains("progress brightness 40"))
    let picture = try await run(bench, source: "a%20b.jpg")
    #expect(picture.status == .succeeded && picture.frames.count == 1)
  }

  @Test(.enabled(if: hasFFmpeg, "There is no ffmpeg on the PATH."))
  func `a video that ffmpeg can't read fails with ffmpeg's message`() async throws {
    let bench = try bench()
    bench.write("broken.mp4", Array("not a video at all".utf8))
    // A playlist with a video's extension must not open other files.
    bench.write("list.mp4", Array("#EXTM3U\n#EXTINF:1,\n/etc/passwd\n#EXT-X-ENDLIST\n".utf8))
    for source in ["broken.mp4", "list.mp4"] {
      let job = try await run(bench, source: source)
      #expect(job.status == .failed)
      #expect(job.error?.hasPrefix("ffmpeg could not read the source: ") == true, "\(job.error ?? "-")")
    }
  }
}
