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

/// What ffmpeg reads, as it is: timestamps, counts, shapes, and damage.
@Suite(.enabled(if: Media.isAvailable, Media.needed))
struct MediaReadingTests {
  private static let containers: [(name: String, options: String)] = [
    ("clip.mp4", "-pix_fmt yuv420p -g 8 -crf 8 -movflags faststart"), ("clip.mkv", "-pix_fmt yuv420p -g 8 -crf 8"),
    ("clip.avi", "-c:v mpeg4 -q:v 3"), ("clip.mpg", "-c:v mpeg2video -q:v 3"), ("clip.ts", "-c:v mpeg2video -q:v 3"),
    ("clip.flv", "-c:v flv1 -q:v 3"), ("clip.wmv", "-c:v wmv2 -q:v 3"), ("clip.webm", "-c:v libvpx -b:v 1M"),
    ("clip.ogv", "-c:v libvpx -b:v 1M -g 8 -page_duration 50000 -f ogg"), ("clip.gif", ""), ("clip.apng", "-f apng"),
    ("clip.mjpeg", "-c:v mjpeg -q:v 3"), ("fields.mkv", "-c:v libx264 -flags +ildct+ilme -x264opts interlaced=1"),
  ]

  @Test(arguments: containers)
  func `a whole video gives all its frames and no warning`(name: String, options: String) async throws {
    let media = try Media()
    media.make(name, options)
    let job = try await media.run(name)
    #expect(job.status == .succeeded && job.frames.count == 15, "\(job.error ?? "-")")
    #expect(job.warnings.isEmpty, "\(job.warnings.map(\.message))")
    #expect(media.progressBeforeTheEnd(job) == 99)
  }

  @Test(arguments: containers.filter { !["clip.mpg", "clip.mjpeg", "fields.mkv"].contains($0.name) })
  func `a video that is cut off gives what it has, and says so`(name: String, options: String) async throws {
    let media = try Media()
    media.make(name, frames: 60, options)
    let whole = media.read(name)
    media.bench.write("cut-\(name)", Array(whole.prefix(whole.count / 2 + 1)))
    let job = try await media.run("cut-\(name)")
    #expect(job.status == .succeeded, "\(job.error ?? "-")")
    #expect((5..<50).contains(job.frames.count), "\(job.frames.count) frames")
    let text = job.warnings.map(\.message).joined(separator: " ")
    #expect(text.contains("The file is cut off: "), "\(text)")
    #expect(text.contains("\(job.frames.count) "), "\(text)")
  }

  @Test(arguments: containers.filter { !["clip.mpg", "clip.mjpeg", "fields.mkv"].contains($0.name) })
  func `a video that other bytes follow is not cut off`(name: String, options: String) async throws {
    let media = try Media()
    media.make(name, options)
    let whole = media.read(name)
    for (index, rest) in [
      [UInt8](repeating: 0, count: 100), Array("Text of more than a few words, behind the end.".utf8),
    ].enumerated() {
      media.bench.write("\(index)-\(name)", whole + rest)
      let job = try await media.run("\(index)-\(name)")
      #expect(job.status == .succeeded && job.frames.count == 15, "\(job.error ?? "-")")
      #expect(!job.warnings.contains { $0.message.contains("cut off") }, "\(job.warnings.map(\.message))")
    }
  }

  @Test func `a picture may be far wider than any video`() async throws {
    let media = try Media()
    #expect(media.ffmpeg("-f lavfi -i color=s=1100000x2 -frames:v 1 -c:v bmp wide.bmp"))
    let job = try await media.run("wide.bmp")
    #expect(job.status == .succeeded && job.frames.map(\.width) == [1_100_000], "\(job.error ?? "-")")
  }

  @Test func `a tag can't forge the descriptions of frames`() async throws {
    let media = try Media()
    let tag = "k\n[info] Stream mapping:\n[Parsed_showinfo_2 @ 0x1] [info] n:0 pts_time:7 fmt:rgb24 s:9x9 x=1"
    media.make("clip.mp4", frames: 3, "-pix_fmt yuv420p -movflags use_metadata_tags -metadata '\(tag)'")
    #expect(media.read("clip.mp4").firstRange(of: Array("\n[Parsed_showinfo_2".utf8)) != nil)
    let job = try await media.run("clip.mp4")
    #expect(job.frames.map(\.width) == [64, 64, 64] && job.warnings.isEmpty, "\(job.error ?? "-")")
  }

  @Test func `a cut video says how much of it is there`() async throws {
    let media = try Media()
    media.make("clip.mkv", frames: 60, "-pix_fmt yuv420p -g 8 -crf 8")
    let whole = media.read("clip.mkv")
    media.bench.write("cut.mkv", Array(whole.prefix(whole.count / 2)))
    let job = try await media.run("cut.mkv")
    let warning = try #require(job.warnings.first)
    #expect(warning.plugin == "source")
    #expect(warning.message.hasPrefix("The file is cut off: \(job.frames.count) of about 60 frames are in it."))
  }

  /// Inverts bytes in the second half of the file, where no header is.
  private func damage(_ bytes: [UInt8], every step: Int) -> [UInt8] {
    var bytes = bytes
    for index in stride(from: bytes.count / 2, to: bytes.count * 9 / 10, by: step) { bytes[index] ^= 0xFF }
    return bytes
  }

  @Test func `a video that is cut off before its first frame is refused as that`() async throws {
    let media = try Media()
    media.make("clip.mkv", frames: 60)
    media.bench.write("cut.mkv", Array(media.read("clip.mkv").prefix(1500)))
    #expect(
      await media.refusal("cut.mkv")
        == "The source cut.mkv is cut off before the end of its first frame. Copy or upload it again.")
  }

  @Test func `frames that can't be decoded are counted, and the rest is read`() async throws {
    let media = try Media()
    media.make("clip.apng", frames: 30, "-f apng")
    var bytes = media.read("clip.apng")
    // In the compressed data of every fifth frame.
    let chunks = bytes.ranges(of: Array("fdAT".utf8)).map(\.lowerBound)
    for chunk in stride(from: 10, to: chunks.count, by: 5).map({ chunks[$0] }) {
      for index in 12..<20 { bytes[chunk + index] ^= 0xFF }
    }
    media.bench.write("damaged.apng", bytes)
    let job = try await media.run("damaged.apng")
    #expect(job.status == .succeeded && (20..<30).contains(job.frames.count), "\(job.error ?? "-")")
    let message = job.warnings.first?.message ?? ""
    let start = "\(30 - job.frames.count) of 30 frames could not be decoded. ffmpeg reports: "
    #expect(message.hasPrefix(start), "\(message)")
    // The next frame has the next number, whatever was left out.
    #expect(job.frames.map(\.id) == Array(0..<job.frames.count))
  }

  @Test func `frames that the decoder patched up are counted`() async throws {
    let media = try Media()
    media.make("clip.avi", frames: 30, "-c:v mpeg4 -q:v 3")
    let whole = media.read("clip.avi")
    media.bench.write("damaged.avi", damage(whole, every: whole.count / 15))
    let job = try await media.run("damaged.avi")
    #expect(job.status == .succeeded && job.frames.count >= 25)
    let text = job.warnings.map(\.message).joined(separator: " ")
    #expect(text.contains(" frames are damaged. ffmpeg reports: "), "\(text)")
  }

  @Test func `frames that are lost with a damaged part of the file are counted`() async throws {
    let media = try Media()
    media.make("clip.mkv", frames: 60, "-pix_fmt yuv420p -g 8 -crf 8")
    var bytes = media.read("clip.mkv")
    for index in bytes.count * 4 / 10..<bytes.count * 6 / 10 { bytes[index] = 0 }
    media.bench.write("hole.mkv", bytes)
    let job = try await media.run("hole.mkv")
    let count = job.frames.count
    #expect(job.status == .succeeded && (20..<57).contains(count), "\(count)")
    let text = job.warnings.map(\.message).joined(separator: " ")
    #expect(text.contains("About \(60 - count) of 60 frames are missing or could not be decoded. ffmpeg"), "\(text)")
  }

  @Test func `a video of variable rate is read whole, and keeps its pace`() async throws {
    let media = try Media()
    media.make(
      "vfr.mkv", frames: 10, "-vf \"setpts='if(lt(N,5),N*0.01,0.05+(N-5)*0.2)/TB'\" -fps_mode vfr -pix_fmt yuv420p")
    let clock = ContinuousClock()
    let fast = try await media.run("vfr.mkv")
    #expect(fast.status == .succeeded && fast.frames.count == 10 && fast.warnings.isEmpty)
    var job: Job?
    let duration = try await clock.measure { job = try await media.run("vfr.mkv", pace: "realtime") }
    #expect(job?.frames.count == 10)
    // The last frame is shown 0.85 s after the first.
    #expect(duration >= .milliseconds(840), "\(duration)")
  }

  @Test func `an animated picture keeps the delays of its frames`() async throws {
    let media = try Media()
    media.make("slow.gif", frames: 4, "-vf setpts=N*0.25/TB -fps_mode vfr")
    let duration = try await ContinuousClock().measure { _ = try await media.run("slow.gif", pace: "realtime") }
    #expect(duration >= .milliseconds(740), "\(duration)")
  }

  @Test func `frames outside an edit list are neither shown nor counted`() async throws {
    let media = try Media()
    media.make("clip.mp4", frames: 60, "-pix_fmt yuv420p -g 60")
    #expect(media.ffmpeg("-ss 1.03 -i clip.mp4 -c copy edited.mp4"))
    let job = try await media.run("edited.mp4")
    #expect(job.status == .succeeded && (28...30).contains(job.frames.count), "\(job.frames.count) frames")
    #expect(job.warnings.isEmpty)
    #expect(media.progressBeforeTheEnd(job) == 99)
  }

  @Test(arguments: [("4/3", 64), ("1/2", 24), ("1/1", 48)])
  func `pixels that are not square are shown as they are meant`(aspect: String, columns: Int) async throws {
    let media = try Media()
    for name in ["clip.mkv", "clip.y4m", "clip.mp4"] {
      media.make(name, frames: 2, "-vf scale=48:48,setsar=\(aspect) -pix_fmt yuv420p")
      let job = try await media.run(name)
      #expect(job.frames.map(\.width) == [columns, columns], "\(name)")
      #expect(job.frames.map(\.height) == [48, 48], "\(name)")
      #expect(try media.picture(0, of: job).width == columns, "\(name)")
    }
  }

  @Test func `a video whose size changes keeps the size of its first frame`() async throws {
    let media = try Media()
    media.make("small.ts", frames: 10, "-c:v mpeg2video")
    media.make("large.ts", frames: 10, "-vf scale=128:96 -c:v mpeg2video -output_ts_offset 1")
    media.bench.write("both.ts", media.read("small.ts") + media.read("large.ts"))
    let job = try await media.run("both.ts")
    #expect(job.status == .succeeded && job.frames.count >= 18, "\(job.error ?? "-") \(job.frames.count)")
    #expect(Set(job.frames.map(\.width)) == [64])
  }

  @Test func `several pictures in one file are not several frames`() async throws {
    let media = try Media()
    media.make("one.jpg", frames: 1)
    // As in the multi-picture files of cameras.
    media.bench.write("two.jpg", media.read("one.jpg") + media.read("one.jpg"))
    let job = try await media.run("two.jpg")
    #expect(job.frames.count == 1 && job.warnings.isEmpty && media.progressBeforeTheEnd(job) == 99)
    media.bench.write("two.mjpeg", media.read("two.jpg"))
    #expect(try await media.run("two.mjpeg").frames.count == 2)
  }

  @Test func `of several videos the first is read, and the others are mentioned`() async throws {
    let media = try Media()
    media.make("one.mp4", frames: 4)
    media.make("two.mp4", frames: 6)
    #expect(media.ffmpeg("-i one.mp4 -i two.mp4 -map 0 -map 1 -c copy both.mkv"))
    let job = try await media.run("both.mkv")
    #expect(job.frames.count == 4)
    #expect(job.warnings.map(\.message) == ["The file holds 2 videos. Only the first one is read."])
  }

  @Test func `a cover picture is not the video`() async throws {
    let media = try Media()
    media.make("cover.jpg", frames: 1)
    media.make("clip.mp4", frames: 6)
    #expect(media.ffmpeg("-i cover.jpg -i clip.mp4 -map 0 -map 1 -c copy -disposition:v:0 attached_pic both.mp4"))
    #expect(try await media.run("both.mp4").frames.count == 6)
  }

  @Test func `a name is never a pattern, an option or a protocol`() async throws {
    let media = try Media()
    media.make("one.jpg", frames: 1)
    for name in ["a%20b.jpg", "-i.jpg", "pipe:0.jpg", "concat:a|b.jpg", "a\nb.jpg"] {
      media.bench.write(name, media.read("one.jpg"))
      #expect(try await media.run(name).frames.count == 1, "\(name)")
    }
  }
}

/// What can't be read is refused before there is a job.
@Suite(.enabled(if: Media.isAvailable, Media.needed))
struct MediaRefusalTests {
  @Test func `what ffmpeg can't read is refused with the reason when the job is made`() async throws {
    let media = try Media()
    let bench = media.bench
    bench.write("broken.mp4", Array("not a video at all".utf8))
    // A playlist with a video's extension must not open other files.
    bench.write("list.mp4", Array("#EXTM3U\n#EXTINF:1,\n/etc/passwd\n#EXT-X-ENDLIST\n".utf8))
    bench.write("concat.mp4", Array("ffconcat version 1.0\nfile clip.mp4\n".utf8))
    bench.write("notes.txt", Array("Bring milk.".utf8))
    bench.write("empty.mkv", [])
    for name in ["broken.mp4", "list.mp4", "concat.mp4", "notes.txt", "empty.mkv"] {
      let text = await media.refusal(name) ?? "-"
      let start = "The source \(name) is neither a video, a picture nor a folder of pictures that can be read: "
      #expect(text.hasPrefix(start) && text.hasSuffix("."), "\(text)")
    }
    #expect(media.ffmpeg("-f lavfi -i sine=d=0.2 sound.mp4"))
    #expect(await media.refusal("sound.mp4")?.contains("holds no video") == true)
    media.make("cut.bmp", frames: 1, "-c:v bmp")
    bench.write("cut.tiff", [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0])
    let text = await media.refusal("cut.tiff") ?? "-"
    #expect(text.hasPrefix("ffmpeg ") && text.contains(" can't decode cut.tiff, a TIFF: "), "\(text)")
    #expect(try bench.service.list(JobQuery()).jobs.isEmpty)
  }

  @Test func `an animated WebP is read, or refused by name where ffmpeg can't decode it`() async throws {
    let media = try Media()
    guard media.ffmpeg("-f lavfi -i testsrc2=s=64x48:r=10:d=1 -frames:v 6 -c:v libwebp_anim anim.webp") else {
      Issue.record("This ffmpeg can't write WebP.")
      return
    }
    let canRead = system("ffmpeg -hide_banner -demuxers 2>/dev/null | grep -q webp_anim") == 0
    if canRead {
      let job = try await media.run("anim.webp")
      #expect(job.status == .succeeded && job.frames.count == 6 && job.warnings.isEmpty, "\(job.error ?? "-")")
    } else {
      let text = await media.refusal("anim.webp") ?? "-"
      #expect(text.hasPrefix("ffmpeg ") && text.contains(" can't decode anim.webp, an animated WebP: "), "\(text)")
    }
  }

  @Test func `a picture with a wrong extension is read by its content`() async throws {
    let media = try Media()
    media.make("one.jpg", frames: 1)
    media.bench.write("one.png", media.read("one.jpg"))
    media.bench.write("photo", media.read("one.jpg"))
    #expect(try await media.run("one.png").frames.count == 1)
    #expect(try await media.run("photo").frames.count == 1)
  }
}
