import Files
import TestSupport
import Testing

@testable import Jobs

struct Y4MSourceTests {
  private let folder = TemporaryFolder()

  private func source(frames: Int) throws -> ResolvedSource {
    let clip = "YUV4MPEG2 W1 H1 F25:1 Cmono\n" + String(repeating: "FRAME\nx", count: frames)
    folder.write(Array(clip.utf8), to: "clip.y4m")
    let uploads = UploadStore(folder: "\(folder.path)/uploads")
    return try SourceRoot(root: folder.path, uploads: uploads).resolve("clip.y4m")
  }

  @Test func `a video of many tiny pictures gives each of them, in order`() throws {
    var source = try Y4MSource(source(frames: 5000))
    #expect(source.frameCount == 5000)
    var ids: [Int] = []
    while let frame = try source.next() { ids.append(frame.id) }
    #expect(ids == Array(0..<5000))
  }

  @Test func `counting and reading end when the job is cancelled`() throws {
    let cancel = CancelFlag()
    var source = try Y4MSource(source(frames: 5000), cancel: cancel)
    #expect(try source.next()?.id == 0)
    cancel.raise()
    var more = 0
    while try source.next() != nil { more += 1 }
    #expect(more < 5000 && source.takeProblems().isEmpty)
    #expect(try Y4MSource(self.source(frames: 5000), cancel: cancel).frameCount == nil)
  }
}

struct CancelFlagTests {
  @Test func `an action is called once the flag is raised, unless it was forgotten`() {
    let (flag, called) = (CancelFlag(), CancelFlag())
    let forgotten = flag.onRaise { Issue.record("This action was forgotten.") }
    _ = flag.onRaise { called.raise() }
    flag.forget(action: forgotten)
    #expect(!called.isRaised)
    flag.raise()
    #expect(called.isRaised)
    let late = CancelFlag()
    _ = flag.onRaise { late.raise() }
    #expect(late.isRaised)
  }
}
