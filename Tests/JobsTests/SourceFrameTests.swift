import Dispatch
import Domain
import Imaging
import JSONValues
import Jobs
import Testing

struct SourceFrameTests {
  private func planes(_ width: Int = 6, _ height: Int = 4) -> PlanarPicture {
    let format = PlanarFormat.c420
    return PlanarPicture(
      width: width, height: height, format: format, colours: ColourSpace(range: .limited),
      bytes: (0..<format.byteCount(width: width, height: height)).map { UInt8(16 + 7 * $0 % 200) })
  }

  @Test func `a frame is converted only as far as it is read`() {
    let frame = SourceFrame(id: 0, .planes(planes()))
    #expect(frame.converted == [])
    _ = frame.luma
    #expect(frame.converted == .luma)
    _ = frame.picture
    #expect(frame.converted == [.luma, .picture])
  }

  @Test func `what is read is the same in each order, and again`() {
    let planes = planes()
    let first = SourceFrame(id: 0, .planes(planes))
    let second = first
    #expect(first.picture == planes.rgb() && first.luma == planes.luma())
    #expect(second.luma == planes.luma() && second.picture == planes.rgb())
    let other = SourceFrame(id: 0, .planes(planes))
    #expect(other.luma == planes.luma() && other.picture == planes.rgb())
  }

  @Test func `several threads read the same conversion`() {
    let planes = planes(320, 180)
    let frame = SourceFrame(id: 0, .planes(planes))
    let expected = planes.rgb().bytes
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      let picture = frame.picture
      #expect(picture.bytes == expected)
    }
    let addresses = (0..<2).map { _ in frame.picture.bytes.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
    }
    #expect(addresses[0] == addresses[1])
  }

  @Test func `pixels that aren't square are stretched in both conversions`() {
    let planes = planes()
    let frame = SourceFrame(id: 3, .planes(planes), shownColumns: 9, time: 0.5)
    #expect(frame.width == 9 && frame.height == 4 && frame.time == 0.5)
    #expect(frame.luma == planes.luma().stretched(toWidth: 9))
    #expect(frame.picture == planes.rgb().stretched(toWidth: 9))
  }

  @Test func `a transparent picture is composited on white`() {
    let picture = Picture(width: 2, height: 1, format: .rgba, bytes: [10, 20, 30, 0, 0, 0, 0, 255])
    let frame = SourceFrame(id: 0, .picture(picture))
    #expect(frame.picture.bytes == [255, 255, 255, 0, 0, 0] && frame.luma.bytes == [255, 0])
  }

  @Test func `every built-in plugin declares exactly what it reads`() throws {
    for factory in PluginCatalogue.builtIn.factories {
      var plugin = factory.make()
      let context = PluginContext(jobID: "test")
      try plugin.prepare(context)
      for id in 0..<2 {
        let frame = SourceFrame(id: id, .planes(planes(64, 48)))
        _ = try plugin.process(frame, context: context)
        #expect(frame.converted == plugin.input, "\(factory.metadata.name)")
      }
    }
  }
}

/// Jobs convert what their plugins declare, before these run, and nothing else.
struct DeclaredInputTests {
  /// Notes what was converted of each frame before it ran, and reads the brightness all the same.
  private struct Probe: Plugin {
    let metadata = PluginMetadata(
      name: "probe", description: "Test", model: "none", inputShape: "", outputFormat: "")
    let input: FrameInput

    mutating func prepare(_ context: PluginContext) throws {}
    mutating func process(_ frame: SourceFrame, context: PluginContext) throws -> PluginOutput {
      let converted = frame.converted.rawValue
      return PluginOutput(data: ["converted": .int(converted), "luma": .int(Int(frame.luma.bytes[0]))])
    }
    mutating func finalize(_ context: PluginContext) throws -> PluginOutput { PluginOutput() }
  }

  @Test(arguments: [FrameInput.luma, .picture, [.luma, .picture], []])
  func `a job without pictures converts what its plugin declares`(input: FrameInput) async throws {
    let probe = PluginFactory { Probe(input: input) }
    let bench = try Bench(plugins: [probe])
    bench.write("v.y4m", video(levels: [16, 235]))
    let job = try await bench.run(
      JobRequest(source: "v.y4m", plugins: ["probe"], options: ["frame_pictures": false]))
    #expect(job.status == .succeeded)
    let data = job.frames.flatMap(\.results).map(\.data)
    #expect(data.map { $0["converted"] } == [.int(input.rawValue), .int(input.rawValue)])
    // It gets what it didn't declare, too.
    #expect(data.map { $0["luma"] } == [0, 255])
  }
}
