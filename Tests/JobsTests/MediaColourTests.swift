import Domain
import Imaging
import Jobs
import Testing

/// Colours arrive as they were put in.
@Suite(.enabled(if: Media.isAvailable, Media.needed))
struct MediaColourTests {
  @Test(arguments: ["bt709", "smpte170m", "bt470bg", "bt2020nc", "unknown"], ["tv", "pc"])
  func `a video names its matrix and range`(matrix: String, range: String) async throws {
    let media = try Media()
    // The names of the filter and of the option differ; without a name ffmpeg writes BT.601.
    let filter = ["smpte170m": "smpte170m", "bt470bg": "bt470", "bt2020nc": "bt2020"][matrix] ?? matrix
    let out = matrix == "unknown" ? "bt601" : filter
    let tag = matrix == "unknown" ? "" : "-colorspace \(matrix)"
    for colour in ["00FF00", "C86432"] {
      let expected = (0..<3).compactMap { Int(colour.dropFirst(2 * $0).prefix(2), radix: 16) }
      media.makeFlat(
        "flat.mkv", colour: colour,
        "-vf scale=out_color_matrix=\(out):out_range=\(range),format=yuv444p \(tag) -color_range \(range) -c:v libx264 -qp 1"
      )
      let job = try await media.run("flat.mkv")
      let got = job.frames.first?.colour ?? []
      #expect(difference(got, expected) ?? 255 <= 4, "\(matrix) \(range): \(colour) became \(got)")
    }
  }

  /// Formats that ffmpeg decodes to RGB or to full chroma.
  @Test(arguments: [
    ("clip.gif", "", 0), ("clip.apng", "-f apng -pix_fmt rgb24", 0), ("clip.bmp", "-frames:v 1", 0),
    ("clip.tiff", "-frames:v 1 -pix_fmt rgb24", 0),
    ("clip.webp", "-frames:v 1 -c:v libwebp -lossless 1 -pix_fmt bgra", 0),
    ("ffv1.mkv", "-c:v ffv1 -pix_fmt bgr0", 0), ("x264.mkv", "-c:v libx264rgb -qp 0 -pix_fmt rgb24", 0),
    ("qtrle.mov", "-c:v qtrle", 0), ("alpha.mov", "-c:v qtrle -pix_fmt argb", 0),
    ("full.mkv", "-c:v ffv1 -pix_fmt yuv444p", 3),
    ("deep.mkv", "-c:v ffv1 -pix_fmt yuv444p10le", 2), ("wide.mkv", "-c:v ffv1 -pix_fmt gbrp16le", 2),
  ])
  func `no colour is lost that the source has`(name: String, options: String, tolerance: Int) async throws {
    let media = try Media()
    media.make(name, frames: 1, options)
    #expect(
      media.ffmpeg("-i \(name) -frames:v 1 -sws_flags accurate_rnd+full_chroma_int -pix_fmt rgb24 -f rawvideo raw"))
    let job = try await media.run(name)
    #expect(job.status == .succeeded, "\(job.error ?? "-")")
    let picture = try media.picture(0, of: job)
    let worst = difference(picture.bytes.map(Int.init), media.read("raw").map(Int.init))
    #expect(worst ?? 255 <= tolerance, "\(name) differs by \(worst.map(String.init) ?? "its size")")
  }

  @Test(arguments: [
    "gray", "gray9le", "gray10le", "gray12le", "gray16le", "yuv411p", "yuv420p", "yuv422p", "yuv444p",
    "yuva444p", "yuv420p9le", "yuv420p10le", "yuv420p12le", "yuv420p14le", "yuv420p16le", "yuv422p10le", "yuv422p12le",
    "yuv422p14le", "yuv422p16le", "yuv444p9le", "yuv444p10le", "yuv444p12le", "yuv444p14le", "yuv444p16le",
  ])
  func `every y4m that ffmpeg writes is read without ffmpeg`(format: String) async throws {
    let media = try Media()
    media.makeFlat("flat.y4m", colour: "C86432", "-pix_fmt \(format) -strict -1")
    let job = try await media.run("flat.y4m")
    #expect(job.status == .succeeded && job.frames.count == 2 && job.warnings.isEmpty, "\(job.error ?? "-")")
    let grey = [124, 124, 124]
    let got = job.frames.first?.colour ?? []
    #expect(difference(got, format.hasPrefix("gray") ? grey : [200, 100, 50]) ?? 255 <= 4, "\(format) became \(got)")
    let luma = job.frames.first?.results[0].data["luma"]?.intValue ?? 0
    #expect(abs(luma - 124) <= 2, "the luma of \(format) became \(luma)")
  }

  @Test(arguments: [
    ("still.webp", "-frames:v 1 -c:v libwebp", 1),
    ("still.avif", "-frames:v 1 -c:v libaom-av1 -cpu-used 8 -still-picture 1", 1),
    ("moving.avif", "-frames:v 4 -c:v libaom-av1 -cpu-used 8", 4), ("clip.apng", "-frames:v 4 -f apng", 4),
    ("named.png", "-frames:v 4 -f apng", 4), ("one.bmp", "-frames:v 1", 1), ("one.tiff", "-frames:v 1", 1),
    ("lzw.tif", "-frames:v 1 -compression_algo lzw", 1), ("one.qoi", "-frames:v 1", 1), ("one.jp2", "-frames:v 1", 1),
    ("one.tga", "-frames:v 1", 0), ("one.pbm", "-frames:v 1", 1),
    ("one.jpg", "-frames:v 1", 1),
  ])
  func `pictures, still and moving`(name: String, options: String, frames: Int) async throws {
    let media = try Media()
    media.make(name, frames: 4, options)
    // ffmpeg recognises Targa pictures only by their names, which it doesn't get.
    guard frames > 0 else {
      #expect(await media.refusal(name) != nil)
      return
    }
    let job = try await media.run(name)
    #expect(job.status == .succeeded && job.frames.count == frames, "\(job.error ?? "-"), \(job.frames.count) frames")
    #expect(job.warnings.isEmpty, "\(job.warnings.map(\.message))")
    #expect(media.progressBeforeTheEnd(job) == 99)
  }
}
