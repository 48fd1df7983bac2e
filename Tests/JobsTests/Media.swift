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

/// A bench whose sources are made by the ffmpeg on the PATH. `Tests/scripts/test-swift.sh` runs these suites with 5.1 or
/// newer, and again with 9.0 if it is installed.
struct Media {
  static let isAvailable = (getenv("PATH").map { String(cString: $0) } ?? "").split(separator: ":")
    .contains { access("\($0)/ffmpeg", X_OK) == 0 }
  static let needed: Comment = "There is no ffmpeg on the PATH."

  let bench: Bench
  var root: String { "\(bench.folder.path)/root" }

  init() throws { bench = try Bench(plugins: [PluginFactory(Colour.init)], maximumPictureBytes: 64 << 20) }

  /// Runs ffmpeg in the source root.
  /// - Returns: Whether it succeeded: it may lack an encoder.
  @discardableResult
  func ffmpeg(_ arguments: String) -> Bool {
    system("cd \(root) && ffmpeg -v error -nostdin -y \(arguments) >/dev/null 2>ffmpeg.log") == 0
  }

  /// A moving test picture of 64 × 48 pixels, 30 frames a second.
  func make(_ name: String, frames: Int = 15, _ options: String = "-pix_fmt yuv420p") {
    let source = "-f lavfi -i testsrc2=s=64x48:r=30:d=10 -frames:v \(frames)"
    #expect(ffmpeg("\(source) \(options) \(name)"), "\(name): \(String(decoding: read("ffmpeg.log"), as: UTF8.self))")
  }

  /// One colour, 0xRRGGBB.
  func makeFlat(_ name: String, colour: String, _ options: String) {
    let source = "-f lavfi -i color=c=0x\(colour):s=32x32:r=10:d=0.2,format=gbrp"
    #expect(ffmpeg("\(source) \(options) \(name)"), "\(name): \(String(decoding: read("ffmpeg.log"), as: UTF8.self))")
  }

  func read(_ name: String) -> [UInt8] { bench.folder.read("root/\(name)") }

  func run(_ source: String, pace: String = "fastest") async throws -> Job {
    try await bench.run(JobRequest(source: source, plugins: ["colour"], options: ["pace": .string(pace)]))
  }

  func picture(_ frame: Int, of job: Job) throws -> Picture {
    try Picture.decode(bench.folder.read("data/frames/\(job.id)/\(frame).png"))
  }

  /// The text of the refusal; nil if there was a job.
  func refusal(_ source: String) async -> String? {
    do {
      _ = try await bench.service.create(JobRequest(source: source, plugins: ["colour"]))
      return nil
    } catch {
      return error.code == .unprocessable && error.field == "source" ? error.message : "\(error)"
    }
  }

  /// The share of the work that was done when the last frame was, as it was published.
  func progressBeforeTheEnd(_ job: Job) -> Double? {
    bench.recorder.messages(job.topic).filter { $0.type == .progress && $0.payload["plugin"] != nil }
      .last?.payload["progress"]?.doubleValue
  }
}

/// Returns the colour in the middle of each frame.
struct Colour: Plugin {
  let metadata = PluginMetadata(
    name: "colour", description: "Test", model: "none", inputShape: "", outputFormat: "")
  let input: FrameInput = [.luma, .picture]

  mutating func prepare(_ context: PluginContext) throws {}
  mutating func process(_ frame: SourceFrame, context: PluginContext) throws -> PluginOutput {
    let middle = frame.picture[frame.width / 2, frame.height / 2]
    return PluginOutput(data: [
      "rgb": .array(middle.map { .int(Int($0)) }),
      "luma": .int(Int(frame.luma.bytes[frame.height / 2 * frame.width + frame.width / 2])),
    ])
  }
  mutating func finalize(_ context: PluginContext) throws -> PluginOutput { PluginOutput() }
}

extension Frame {
  /// What ``Colour`` found.
  var colour: [Int] { results.first?.data["rgb"]?.arrayValue?.compactMap(\.intValue) ?? [] }
}

/// The largest difference of two values at the same place; nil if there are not as many.
func difference(_ left: [Int], _ right: [Int]) -> Int? {
  left.count == right.count ? zip(left, right).map { abs($0 - $1) }.max() : nil
}
