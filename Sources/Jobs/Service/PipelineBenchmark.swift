import Imaging

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How many frames a second each part of the pipeline handles on one core: `telltale bench pipeline`.
package enum PipelineBenchmark {
  package struct Line: Sendable {
    package let name: String
    package let framesPerSecond: Double
    package var millisecondsPerFrame: Double { 1000 / framesPerSecond }
  }

  /// Works on the sample clip's scenes at the given size, in memory.
  /// - Parameter frames: Fewer than ``SampleClip/frameCount``; 100 frames of 1,280 × 720 take 140 MB.
  /// - Returns: A line for each part, one for all built-in plugins together, and one for them and the conversions.
  package static func run(width: Int = 1280, height: Int = 720, frames: Int = 100) throws -> [Line] {
    let clip = SampleClip(width: width, height: height)
    // From both scenes, with the cut in the middle.
    let first = max(SampleClip.cut - frames / 2, 0)
    let planes = (first..<min(first + frames, SampleClip.frameCount)).map(clip.frame)
    var lines = [
      measure("convert", frames: planes.count) { for picture in planes { _ = picture.rgb() } },
      measure("luma", frames: planes.count) { for picture in planes { _ = picture.luma() } },
    ]
    let conversions = lines.reduce(0) { $0 + $1.millisecondsPerFrame }
    // The plugins get only a few of them, so that memory stays small.
    let decoded = planes.enumerated().prefix(50).map { SourceFrame(id: $0.offset, .planes($0.element)) }
    for frame in decoded { frame.convert([.luma, .picture]) }
    lines.append(
      measure("stretch", frames: decoded.count) {
        for frame in decoded {
          _ = frame.picture.stretched(toWidth: width * 4 / 3)
          _ = frame.luma.stretched(toWidth: width * 4 / 3)
        }
      })
    let pluginsFrom = lines.count
    for factory in PluginCatalogue.builtIn.factories {
      var plugin = factory.make()
      let context = PluginContext(jobID: "bench")
      try plugin.prepare(context)
      lines.append(
        try measure(factory.metadata.name, frames: decoded.count) {
          for frame in decoded { _ = try plugin.process(frame, context: context) }
        })
    }
    let together = lines[pluginsFrom...].reduce(0) { $0 + $1.millisecondsPerFrame }
    lines.append(Line(name: "all plugins", framesPerSecond: 1000 / together))
    lines.append(Line(name: "converted", framesPerSecond: 1000 / (together + conversions)))
    var encoded: [[UInt8]] = []
    lines.append(measure("encode", frames: decoded.count) { encoded = decoded.map { PNGEncoder.encode($0.picture) } })
    lines.append(
      try measure("decode", frames: encoded.count) { for file in encoded { _ = try Picture.decode(file) } })
    return lines
  }

  /// A table for a terminal.
  package static func table(_ lines: [Line]) -> String {
    let widest = lines.map(\.name.count).max() ?? 0
    return lines.map { line in
      let name = line.name + String(repeating: " ", count: widest - line.name.count)
      return "\(name)  \(Int(line.framesPerSecond)) frames/s  \(rounded(line.millisecondsPerFrame, digits: 2)) ms\n"
    }.joined()
  }

  private static func measure(_ name: String, frames: Int, _ body: () throws -> Void) rethrows -> Line {
    let start = processorSeconds()
    try body()
    return Line(name: name, framesPerSecond: Double(frames) / max(processorSeconds() - start, 1e-9))
  }

  /// Time that this thread had a core, so that other load on the machine counts little.
  private static func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
