import Domain
import JSONValues
import Jobs
import Net
import Synchronization

/// Returns each frame's brightness.
struct Brightness: Plugin {
  let metadata = PluginMetadata(
    name: "brightness", description: "Test", model: "mean", inputShape: "", outputFormat: "")
  let input = FrameInput.luma
  private var sum = 0

  mutating func prepare(_ context: PluginContext) throws {}
  mutating func process(_ frame: SourceFrame, context: PluginContext) throws -> PluginOutput {
    sum += Int(frame.luma.bytes[0])
    return PluginOutput(data: ["brightness": .int(Int(frame.luma.bytes[0]))])
  }
  mutating func finalize(_ context: PluginContext) throws -> PluginOutput { PluginOutput(result: ["sum": .int(sum)]) }
}

/// Throws at the frames and in the ways that its options name.
struct Fragile: Plugin {
  let metadata = PluginMetadata(
    name: "fragile", description: "Test", model: "none", inputShape: "", outputFormat: "")
  let input: FrameInput = []

  mutating func prepare(_ context: PluginContext) throws {
    if context.options["prepare"] != nil { throw PluginError.fatal("no licence") }
    _ = try context.integer(PluginOption("level", .integer(1...3, default: 1), description: ""))
  }
  mutating func process(_ frame: SourceFrame, context: PluginContext) throws -> PluginOutput {
    if context.options["fatal"]?.intValue == frame.id { throw PluginError.fatal("out of ideas") }
    if context.options["soft"]?.intValue == frame.id { throw PluginError.soft("this one is unreadable") }
    return PluginOutput()
  }
  mutating func finalize(_ context: PluginContext) throws -> PluginOutput {
    if context.options["finalize"] != nil { throw PluginError.fatal("nothing to say") }
    return PluginOutput()
  }
}

/// Blocks at each frame until the test lets it pass.
struct Gate: Plugin {
  let metadata = PluginMetadata(
    name: "gate", description: "Test", model: "none", inputShape: "", outputFormat: "")
  let input: FrameInput = []

  /// Frames that may pass, by job.
  static let passes = Guarded<[String: Int]>([:])

  static func open(_ job: String, frames: Int = 1_000_000) { passes.withLock { $0[job, default: 0] += frames } }

  mutating func prepare(_ context: PluginContext) throws {}
  mutating func process(_ frame: SourceFrame, context: PluginContext) throws -> PluginOutput {
    Self.passes.wait { (passes) -> Void? in
      guard let left = passes[context.jobID], left > 0 else { return nil }
      passes[context.jobID] = left - 1
      return ()
    }
    return PluginOutput()
  }
  mutating func finalize(_ context: PluginContext) throws -> PluginOutput { PluginOutput() }
}

/// Has any metadata, and finds nothing.
struct Described: Plugin {
  let metadata: PluginMetadata
  let input: FrameInput = []

  mutating func prepare(_ context: PluginContext) throws {}
  mutating func process(_ frame: SourceFrame, context: PluginContext) throws -> PluginOutput { PluginOutput() }
  mutating func finalize(_ context: PluginContext) throws -> PluginOutput { PluginOutput() }
}
