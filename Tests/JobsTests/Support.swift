import Domain
import Imaging
import JSONValues
import Jobs
import Synchronization
import TestSupport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A grey picture with what a closure paints on it.
func plane(_ width: Int, _ height: Int, _ level: (_ x: Int, _ y: Int) -> UInt8) -> Plane {
  Plane(width: width, height: height, bytes: (0..<width * height).map { level($0 % width, $0 / width) })
}

func frame(_ id: Int, _ luma: Plane) -> SourceFrame {
  let picture = Picture(width: luma.width, height: luma.height, format: .grey, bytes: luma.bytes)
  return SourceFrame(id: id, picture: picture.rgb(), luma: luma)
}

/// A y4m video of grey pictures, one of each level.
func video(levels: [UInt8], width: Int = 8, height: Int = 8) -> [UInt8] {
  let header = PlanarPicture.y4mHeader(width: width, height: height, chroma: .mono, frameRate: 30)
  return levels.reduce(header) { bytes, level in
    bytes + Array("FRAME\n".utf8) + [UInt8](repeating: level, count: width * height)
  }
}

/// Everything that was published, in order, and on which topic.
final class Recorder: Sendable {
  private let published = Guarded<[(topic: Topic, message: RealtimeMessage)]>([])

  var publish: Publish {
    { [published] message, topic in
      published.withLock { all in
        all.append((topic, message))
        return message.type.isNumbered ? StreamPosition(epoch: "test", offset: all.count) : nil
      }
    }
  }

  func messages(_ topic: Topic) -> [RealtimeMessage] {
    published.withLock { all in all.filter { $0.topic == topic }.map(\.message) }
  }

  /// Of the newest numbered message; positions count up over all topics.
  func lastPosition(_ topic: Topic) -> StreamPosition? {
    published.withLock { all in
      all.lastIndex { $0.topic == topic && $0.message.type.isNumbered }.map {
        StreamPosition(epoch: "test", offset: $0 + 1)
      }
    }
  }

  /// Waits for a message.
  func wait(_ topic: Topic, for isRight: (RealtimeMessage) -> Bool) {
    published.wait { all in all.contains { $0.topic == topic && isRight($0.message) } ? () : nil }
  }

  /// A line for each message of a job: its type, and the fields that a test can know beforehand.
  func story(_ job: String) -> [String] {
    messages(.job(job)).map { message in
      let fields = ["plugin", "status", "frame_id", "progress", "severity"].compactMap { message.payload[$0] }
      return ([message.type.rawValue] + fields.map(Self.text)).joined(separator: " ")
    }
  }

  private static func text(_ value: JSON) -> String {
    value.stringValue ?? value.doubleValue.map { $0 == $0.rounded() ? "\(Int($0))" : "\($0)" } ?? "-"
  }
}

/// A service on a folder of its own, with a clock that the test moves.
struct Bench {
  private static let count = Atomic<Int64>(0)

  let folder = TemporaryFolder()
  let recorder = Recorder()
  /// Starts at another second in each, so that no two tests share a job's id.
  let clock = Guarded(
    Timestamp(milliseconds: 1_770_000_000_000 + Self.count.add(1, ordering: .relaxed).newValue * 1000))
  let service: JobService
  let sources: SourceRoot
  let uploads: UploadStore

  init(
    plugins: [any Plugin.Type] = [], maximumRunning: Int = 1, maximumQueued: Int = 100,
    maximumPictureBytes: Int = 1 << 20
  ) {
    uploads = UploadStore(folder: "\(folder.path)/uploads")
    sources = SourceRoot(root: "\(folder.path)/root", uploads: uploads.folder)
    service = JobService(
      configuration: JobService.Configuration(
        maximumRunning: maximumRunning, maximumQueued: maximumQueued, dataFolder: "\(folder.path)/data",
        maximumPictureBytes: maximumPictureBytes),
      sources: sources,
      catalogue: PluginCatalogue(
        [MotionDetection.self, SceneChange.self, QualityCheck.self, BlockMapper.self] + plugins),
      now: { [clock] in clock.withLock { $0 } }, publish: recorder.publish)
    mkdir("\(folder.path)/root", 0o755)
  }

  func write(_ name: String, _ bytes: [UInt8]) { folder.write(bytes, to: "root/\(name)") }

  /// Creates a job, waits for its end, and gives it.
  func run(_ request: JobRequest) throws -> Job {
    let job = try service.create(request)
    service.waitUntilIdle()
    return try service.job(job.id)
  }
}
