// Hot style, paid for by `telltale bench pipeline` (`quality_check`): pointers inside, a checked interface outside.
import Domain
import Imaging
import JSONValues

/// Warns of pictures that are blurred, too dark or too bright: once when that begins, not for every frame.
package struct QualityCheck: Plugin {
  package let metadata = PluginMetadata(
    name: "quality_check", description: "Warns of pictures that are blurred, too dark or too bright.",
    model: "variance of the Laplacian, share of clipped pixels", inputShape: "H×W×1 luma, 8 bit",
    outputFormat: "data, warnings", capabilities: ["image", "video", "warnings"], tags: ["vision", "quality"],
    latencyBudgetMS: 10,
    options: [Self.minimumSharpnessOption, Self.mostClippedOption])

  package let input = FrameInput.luma

  private static let minimumSharpnessOption = PluginOption(
    "minimum_sharpness", .number(0...1_000_000, default: 60),
    description: "variance of the Laplacian below which a frame counts as blurred")
  private static let mostClippedOption = PluginOption(
    "most_clipped", .number(0.001...1, default: 0.25),
    description: "fraction of black or white pixels from which a frame counts as too dark or too bright")

  private enum Flaw: String, CaseIterable {
    case blurred, underexposed, overexposed
  }

  /// Variance of the Laplacian below which a picture counts as blurred.
  private var minimumSharpness = 60.0
  /// The share of black or white pixels from which a picture counts as clipped.
  private var mostClipped = 0.25
  private var flaws: Set<Flaw> = []
  private var framesWith: [Flaw: Int] = [:]
  private var framesSeen = 0
  private var sharpnessSum = 0.0

  package init() {}

  package mutating func prepare(_ context: PluginContext) throws {
    minimumSharpness = try context.number(Self.minimumSharpnessOption)
    mostClipped = try context.number(Self.mostClippedOption)
  }

  package mutating func process(_ frame: SourceFrame, context: PluginContext) throws -> PluginOutput {
    let measure = Measure(frame.luma)
    var current: Set<Flaw> = []
    // A clipped picture has no detail, but isn't blurred.
    if measure.dark > mostClipped { current.insert(.underexposed) }
    if measure.bright > mostClipped { current.insert(.overexposed) }
    if current.isEmpty, measure.sharpness < minimumSharpness { current.insert(.blurred) }
    let warnings = Flaw.allCases.filter { current.contains($0) && !flaws.contains($0) }.map { warning($0, measure) }
    flaws = current
    for flaw in current { framesWith[flaw, default: 0] += 1 }
    framesSeen += 1
    sharpnessSum += measure.sharpness
    return PluginOutput(
      data: [
        "sharpness": .double(rounded(measure.sharpness, digits: 1)),
        "dark_share": .double(rounded(measure.dark, digits: 4)),
        "bright_share": .double(rounded(measure.bright, digits: 4)),
        "flaws": .array(Flaw.allCases.filter(current.contains).map { .string($0.rawValue) }),
      ], warnings: warnings)
  }

  package mutating func finalize(_ context: PluginContext) throws -> PluginOutput {
    var result: JSONObject = [
      "mean_sharpness": framesSeen == 0 ? .null : .double(rounded(sharpnessSum / Double(framesSeen), digits: 1))
    ]
    for flaw in Flaw.allCases { result["frames_\(flaw.rawValue)"] = .int(framesWith[flaw] ?? 0) }
    return PluginOutput(result: result)
  }

  private func warning(_ flaw: Flaw, _ measure: Measure) -> PluginWarning {
    switch flaw {
    case .blurred:
      PluginWarning(
        "The picture is blurred: sharpness \(rounded(measure.sharpness, digits: 1)), at least \(minimumSharpness) expected.",
        severity: .medium)
    case .underexposed:
      PluginWarning("\(Int(measure.dark * 100))% of the picture is black: it is too dark.", severity: .medium)
    case .overexposed:
      PluginWarning("\(Int(measure.bright * 100))% of the picture is white: it is too bright.", severity: .high)
    }
  }

  /// The figures of one picture.
  private struct Measure {
    /// Variance of the Laplacian; 0 for pictures too small to have one.
    var sharpness = 0.0
    /// The shares of pixels of at most 4, and of at least 251.
    var dark = 0.0
    var bright = 0.0

    init(_ luma: Plane) {
      let (width, height) = (luma.width, luma.height)
      luma.bytes.withUnsafeBufferPointer { pixels in
        let clipped = Self.clipped(pixels)
        dark = Double(clipped.dark) / Double(pixels.count)
        bright = Double(clipped.bright) / Double(pixels.count)
        guard width >= 3, height >= 3 else { return }
        var sum = 0
        var squares = 0
        for y in 1..<height - 1 {
          // The squares of 1,024 values of at most 1,020 add up to less than 32 bits.
          for left in stride(from: y &* width &+ 1, to: (y &+ 1) &* width &- 1, by: 1024) {
            let right = min(left &+ 1024, (y &+ 1) &* width &- 1)
            let part = Self.laplacian(pixels, at: left..<right, width: width)
            sum &+= Int(part.sum)
            squares &+= Int(part.squares)
          }
        }
        let count = Double((width - 2) * (height - 2))
        sharpness = Double(squares) / count - (Double(sum) / count) * (Double(sum) / count)
      }
    }

    @inline(__always)
    private static func laplacian(
      _ pixels: UnsafeBufferPointer<UInt8>, at range: Range<Int>, width: Int
    ) -> (sum: Int32, squares: Int32) {
      var sum: Int32 = 0
      var squares: Int32 = 0
      for index in range {
        let beside = Int16(pixels[index &- 1]) &+ Int16(pixels[index &+ 1])
        let across = Int16(pixels[index &- width]) &+ Int16(pixels[index &+ width])
        let value = (Int16(pixels[index]) << 2) &- beside &- across
        sum &+= Int32(value)
        squares &+= Int32(value) &* Int32(value)
      }
      return (sum, squares)
    }

    private static func clipped(_ pixels: UnsafeBufferPointer<UInt8>) -> (dark: Int, bright: Int) {
      var (dark, bright) = (0, 0)
      // In pieces whose counts fit into 16 bits, so that eight pixels fit into one vector register.
      for start in stride(from: 0, to: pixels.count, by: 16_384) {
        var (darkInPiece, brightInPiece): (UInt16, UInt16) = (0, 0)
        for index in start..<min(start &+ 16_384, pixels.count) {
          darkInPiece &+= pixels[index] <= 4 ? 1 : 0
          brightInPiece &+= pixels[index] >= 251 ? 1 : 0
        }
        dark &+= Int(darkInPiece)
        bright &+= Int(brightInPiece)
      }
      return (dark, bright)
    }
  }
}
