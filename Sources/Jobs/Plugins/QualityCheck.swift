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
          let row = Laplacian.sums(pixels, at: y &* width &+ 1..<(y &+ 1) &* width &- 1, width: width)
          sum &+= row.sum
          squares &+= row.squares
        }
        let count = Double((width - 2) * (height - 2))
        sharpness = Double(squares) / count - (Double(sum) / count) * (Double(sum) / count)
      }
    }

    private static func clipped(_ pixels: UnsafeBufferPointer<UInt8>) -> (dark: Int, bright: Int) {
      let inVectors = pixels.count / 16
      var (dark, bright) = (0, 0)
      // In pieces whose counts fit into 16 bits.
      for start in stride(from: 0, to: inVectors, by: 16_384) {
        var (darkInPiece, brightInPiece) = (SIMD8<Int16>(), SIMD8<Int16>())
        let bytes = UnsafeRawPointer(pixels.baseAddress.unsafelyUnwrapped)
        for index in start..<min(start &+ 16_384, inVectors) {
          let words = bytes.loadUnaligned(fromByteOffset: 16 &* index, as: SIMD8<UInt16>.self)
          let (even, odd) = (words.lowBytes.signed, words.highBytes.signed)
          let (five, most) = (SIMD8<Int16>(repeating: 5), SIMD8<Int16>(repeating: 250))
          // A comparison that holds is -1.
          darkInPiece &-= five.isGreater(than: even) &+ five.isGreater(than: odd)
          brightInPiece &-= even.isGreater(than: most) &+ odd.isGreater(than: most)
        }
        for lane in 0..<8 {
          dark &+= Int(UInt16(bitPattern: darkInPiece[lane]))
          bright &+= Int(UInt16(bitPattern: brightInPiece[lane]))
        }
      }
      for pixel in pixels[(16 * inVectors)...] {
        dark &+= pixel <= 4 ? 1 : 0
        bright &+= pixel >= 251 ? 1 : 0
      }
      return (dark, bright)
    }
  }
}
