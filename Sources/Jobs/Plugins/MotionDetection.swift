// Hot style, paid for by `telltale bench pipeline` (`motion_detection`): pointers inside, a checked interface outside.
import Domain
import Imaging

/// Finds what moves in front of a still background.
///
/// The background is a running average of the brightness. A pixel that differs from it by more than the threshold is in
/// motion and changes the background sixteen times as slowly, so that a moving object leaves no trail. Each connected
/// component that remains after an opening by 3 × 3 pixels is a box. If most of the picture changes at once (a cut, or the
/// light is switched on), nothing moved: the background is learned again.
package struct MotionDetection: Plugin {
  package let metadata = PluginMetadata(
    name: "motion_detection", description: "Finds what moves in front of a still background.",
    model: "running average, 3×3 opening, connected components", inputShape: "H×W×1 luma, 8 bit",
    outputFormat: "boxes", confidenceDefault: 0.5, capabilities: ["video", "boxes"], tags: ["vision", "motion"],
    latencyBudgetMS: 10,
    options: [Self.thresholdOption, Self.minimumAreaOption])

  package let input = FrameInput.luma

  private static let thresholdOption = PluginOption(
    "threshold", .integer(1...254, default: 24),
    description: "difference in grey levels between a pixel and its background")
  private static let minimumAreaOption = PluginOption(
    "minimum_area", .integer(1...1_000_000, default: 16),
    description: "minimum size of a reported object in pixels")

  /// Grey levels between a pixel and its background.
  private var threshold = 24
  /// Pixels of the smallest object reported.
  private var minimumArea = 16
  /// Grey levels × 128 of each pixel; empty before the first frame.
  private var background: [Int16] = []
  private var mask = Mask()
  private var framesWithMotion = 0
  private var mostBoxes = 0

  /// A noisy picture has thousands of specks: only the largest are kept.
  private static let mostBoxesReported = 64

  package init() {}

  package mutating func prepare(_ context: PluginContext) throws {
    threshold = try context.integer(Self.thresholdOption)
    minimumArea = try context.integer(Self.minimumAreaOption)
  }

  package mutating func process(_ frame: SourceFrame, context: PluginContext) throws -> PluginOutput {
    guard background.count == frame.luma.bytes.count else {
      learn(frame.luma)
      return PluginOutput(data: ["motion_share": 0])
    }
    let changed = compare(frame.luma)
    let share = Double(changed) / Double(frame.luma.bytes.count)
    guard share <= 0.6 else {
      learn(frame.luma)
      return PluginOutput(data: ["motion_share": .double(rounded(share, digits: 4)), "whole_picture_changed": true])
    }
    var boxes: [Box] = []
    if changed > 0 {
      mask.open()
      boxes = mask.components(minimumArea: minimumArea).prefix(Self.mostBoxesReported).map(box)
    }
    framesWithMotion += boxes.isEmpty ? 0 : 1
    mostBoxes = max(mostBoxes, boxes.count)
    return PluginOutput(boxes: boxes, data: ["motion_share": .double(rounded(share, digits: 4))])
  }

  package mutating func finalize(_ context: PluginContext) throws -> PluginOutput {
    PluginOutput(result: ["frames_with_motion": .int(framesWithMotion), "most_boxes": .int(mostBoxes)])
  }

  private mutating func learn(_ luma: Plane) {
    background = luma.bytes.map { Int16($0) << 7 }
    mask = Mask(width: luma.width, height: luma.height)
  }

  /// Marks the pixels that differ from their background, and updates the background.
  /// - Returns: How many differ.
  private mutating func compare(_ luma: Plane) -> Int {
    let threshold = Int16(threshold)
    let count = luma.bytes.count
    var changed = 0
    luma.bytes.withUnsafeBufferPointer { luma in
      background.withUnsafeMutableBufferPointer { background in
        mask.bits.withUnsafeMutableBufferPointer { bits in
          // In pieces whose count fits into 16 bits, so that eight pixels fit into one vector register.
          for start in stride(from: 0, to: count, by: 16_384) {
            var inPiece: UInt16 = 0
            for index in start..<min(start &+ 16_384, count) {
              let pixel = Int16(luma[index])
              let distance = (pixel << 7) &- background[index]
              let levels = abs(pixel &- (background[index] >> 7))
              let isMoving = levels > threshold
              bits[index] = isMoving ? 0xFF : 0
              inPiece &+= isMoving ? 1 : 0
              background[index] &+= isMoving ? distance >> 8 : distance >> 4
            }
            changed &+= Int(inPiece)
          }
        }
      }
    }
    return changed
  }

  /// The confidence is the share of the box that moves.
  private func box(_ component: Mask.Component) -> Box {
    let width = component.right - component.left + 1
    let height = component.bottom - component.top + 1
    return Box(
      x: component.left, y: component.top, width: width, height: height,
      confidence: Double(component.area) / Double(width * height), name: "motion")
  }
}
