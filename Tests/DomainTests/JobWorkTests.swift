import Domain
import JSONValues
import Testing

struct JobWorkTests {
  private static let pipeline = JobWork.pipeline(
    PipelineWork(
      source: "upload:clips/walk.y4m", plugins: ["edges", "motion"], options: ["edges": ["level": 2]],
      deviceRequested: .cuda(3)))

  private static let accepted = JobWork.pipeline(
    PipelineWork(
      source: "upload:walk.y4m", plugins: ["edges"],
      version: SourceVersion(fileCount: 1, byteCount: 9, stamp: "0a", sha256: "ff")))

  @Test(arguments: [pipeline, accepted, .external])
  func `work that is written and read back is the same`(work: JobWork) {
    #expect(JobWork(work.json, source: work.traits.source) == work)
  }

  /// Data folders hold these members: a change would make them unreadable.
  @Test func `the stored members of both kinds stay as they are`() {
    #expect(
      Self.pipeline.json == [
        "kind": "pipeline", "plugins": ["edges", "motion"], "options": ["edges": ["level": 2]],
        "device_requested": "cuda:3",
      ])
    #expect(
      Self.accepted.json["source_version"] == ["files": 1, "bytes": 9, "stamp": "0a", "sha256": "ff"])
    #expect(JobWork.external.json == ["kind": "external", "plugins": [], "options": [:], "device_requested": "cpu"])
    #expect(JobWork.external.traits.source == "external")
  }

  @Test func `versions are the same if their contents are, or if nothing is known of them and nothing was touched`() {
    func version(_ stamp: String?, _ sha256: String?) -> SourceVersion {
      SourceVersion(fileCount: 1, byteCount: 1, stamp: stamp, sha256: sha256)
    }
    #expect(version("a", "1").isSame(as: version("b", "1")) && !version("a", "1").isSame(as: version("a", "2")))
    #expect(version("a", nil).isSame(as: version("a", "1")) && !version("a", nil).isSame(as: version("b", "1")))
    #expect(!version(nil, "1").isSame(as: version("a", nil)) && !version(nil, nil).isSame(as: version(nil, nil)))
    #expect(
      SourceVersion([:]) == nil
        && SourceVersion(["sha256": "1"]) == SourceVersion(fileCount: 1, byteCount: 0, stamp: nil, sha256: "1"))
  }

  @Test func `a row without a kind is a pipeline on the CPU`() {
    #expect(JobWork([:], source: "a.y4m") == .pipeline(PipelineWork(source: "a.y4m", plugins: [])))
  }

  @Test(arguments: [
    ("walk.y4m", "walk.y4m"), ("samples/walk.y4m", "walk.y4m"), ("upload:walk.y4m", "walk.y4m"), ("a/b/", "b"),
    ("", ""), ("/", "/"),
  ])
  func `a pipeline is called after the last part of its source`(source: String, name: String) {
    #expect(JobWork.pipeline(PipelineWork(source: source, plugins: [])).traits.defaultName == name)
  }

  @Test func `only work that is reported from outside can't be retried`() {
    #expect(Self.pipeline.traits.isRetryable && !Self.pipeline.traits.isReported)
    #expect(!JobWork.external.traits.isRetryable && JobWork.external.traits.isReported)
  }
}
