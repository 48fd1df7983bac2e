// Hot style, paid for by `telltale bench pipeline` (`scene_change`): pointers inside, a checked interface outside.
import Domain
import JSONValues

/// Finds cuts: frames whose colours are distributed differently from the frame before.
///
/// The distance of two frames is the share of pixels that would have to change their colour, counted in 512 colours.
package struct SceneChange: Plugin {
  package let metadata = PluginMetadata(
    name: "scene_change", description: "Finds cuts, at which the colours of a video change from one frame to the next.",
    model: "colour histogram, 8×8×8 bins", inputShape: "H×W×3 RGB, 8 bit", outputFormat: "data, result",
    capabilities: ["video"], tags: ["vision", "editing"], latencyBudgetMS: 5,
    options: [Self.thresholdOption])

  package let input = FrameInput.picture

  private static let thresholdOption = PluginOption(
    "threshold", .number(0.01...1, default: 0.5),
    description: "minimum difference between the colours of two frames that counts as a cut")

  private var threshold = 0.5
  /// The share of each colour in the frame before; empty before the first.
  private var previous: [Double] = []
  private var cuts: [Int] = []
  private var framesSeen = 0

  package init() {}

  package mutating func prepare(_ context: PluginContext) throws {
    threshold = try context.number(Self.thresholdOption)
  }

  package mutating func process(_ frame: SourceFrame, context: PluginContext) throws -> PluginOutput {
    let histogram = Self.histogram(frame)
    // Half the sum of the differences: 0 for equal histograms, 1 for no colour in common.
    let distance = zip(previous, histogram).reduce(0) { $0 + abs($1.0 - $1.1) } / 2
    previous = histogram
    framesSeen += 1
    let isCut = distance > threshold
    if isCut { cuts.append(frame.id) }
    return PluginOutput(data: [
      "distance": .double(rounded(distance, digits: 4)), "is_cut": .bool(isCut), "scene": .int(cuts.count),
    ])
  }

  package mutating func finalize(_ context: PluginContext) throws -> PluginOutput {
    let firsts = [0] + cuts
    let scenes = zip(firsts, cuts + [framesSeen]).map { first, next -> JSON in
      ["first_frame": .int(first), "last_frame": .int(next - 1)]
    }
    return PluginOutput(result: [
      "cuts": .array(cuts.map(JSON.int)), "scenes": .array(framesSeen == 0 ? [] : scenes),
    ])
  }

  /// The share of each of 512 colours. Large pictures are sampled: every second pixel of every second row.
  private static func histogram(_ frame: SourceFrame) -> [Double] {
    // Two counts of each colour, used in turn: neighbouring pixels often have the same colour, and the processor has to
    // wait for a number that it has just stored.
    var counts = [UInt32](repeating: 0, count: 2 * 512)
    let (width, height) = (frame.width, frame.height)
    let step = width * height > 250_000 ? 2 : 1
    frame.picture.bytes.withUnsafeBufferPointer { bytes in
      let pixels = PixelReader(bytes)
      counts.withUnsafeMutableBufferPointer { counts in
        for y in stride(from: 0, to: height, by: step) {
          var at = y &* width
          let end = at &+ width
          while at &+ step < end {
            counts[pixels[at].colourOf512] &+= 1
            counts[512 &+ pixels[at &+ step].colourOf512] &+= 1
            at &+= 2 &* step
          }
          if at < end { counts[pixels[at].colourOf512] &+= 1 }
        }
      }
    }
    let total = Double(((width + step - 1) / step) * ((height + step - 1) / step))
    return (0..<512).map { Double(counts[$0] + counts[512 + $0]) / total }
  }
}
