// Hot style, paid for by `telltale bench pipeline` (`block_mapper`): pointers inside, a checked interface outside.
import Domain
import Imaging
import JSONValues

/// Divides pictures into blocks and names the dominant colour of each.
///
/// The dominant colour is the mean of the pixels that share the commonest of 512 colours. Large blocks are sampled: every
/// second pixel of every second row.
package struct BlockMapper: Plugin {
  package let metadata = PluginMetadata(
    name: "block_mapper", description: "Divides pictures into blocks and names the dominant colour of each.",
    model: "commonest of 512 colours a block", inputShape: "H×W×3 RGB, 8 bit", outputFormat: "data, result grid",
    capabilities: ["image", "video"], tags: ["vision", "colour"], latencyBudgetMS: 10,
    options: [Self.columnsOption, Self.rowsOption])

  package let input = FrameInput.picture

  private static let columnsOption = PluginOption(
    "columns", .integer(1...64, default: 16),
    description: "number of blocks across")
  private static let rowsOption = PluginOption(
    "rows", .integer(1...64, default: 9),
    description: "number of blocks down")

  private var columns = 16
  private var rows = 9
  private var last: [UInt32] = []
  private var blocksOfColour: [UInt32: Int] = [:]
  private var counts = [UInt16](repeating: 0, count: 512)
  private var sums = ColourSums()

  /// Blocks of fewer pixels cost less if each pixel is counted as it is, because there is no table to search.
  private static let fewestSummed = 256

  package init() {}

  package mutating func prepare(_ context: PluginContext) throws {
    columns = try context.integer(Self.columnsOption)
    rows = try context.integer(Self.rowsOption)
  }

  package mutating func process(_ frame: SourceFrame, context: PluginContext) throws -> PluginOutput {
    let columns = min(columns, frame.width)
    let rows = min(rows, frame.height)
    var colours: [UInt32] = []
    colours.reserveCapacity(columns * rows)
    for row in 0..<rows {
      for column in 0..<columns {
        let colour = dominant(
          in: frame.picture, x: column * frame.width / columns..<(column + 1) * frame.width / columns,
          y: row * frame.height / rows..<(row + 1) * frame.height / rows)
        colours.append(colour)
        // Reduced to 512 colours: otherwise every shade would have its own entry.
        blocksOfColour[colour & 0xE0E0E0, default: 0] += 1
      }
    }
    let changed = zip(last, colours).count { $0 != $1 }
    last = colours
    return PluginOutput(data: [
      "columns": .int(columns), "rows": .int(rows), "colours": .array(colours.map(Self.name)),
      "changed": .int(changed),
    ])
  }

  package mutating func finalize(_ context: PluginContext) throws -> PluginOutput {
    let total = blocksOfColour.values.reduce(0, +)
    let commonest = blocksOfColour.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.prefix(8)
    return PluginOutput(result: [
      "palette": .array(
        commonest.map { colour, blocks in
          [
            "colour": Self.name(colour | 0x101010),
            "share": .double(rounded(Double(blocks) / Double(total), digits: 4)),
          ]
        }),
      "last_grid": .array(last.map(Self.name)),
    ])
  }

  /// `#rrggbb`.
  private static func name(_ colour: UInt32) -> JSON {
    .string(
      String(unsafeUninitializedCapacity: 7) { name in
        name[0] = UInt8(ascii: "#")
        for digit in 0..<6 {
          let value = UInt8(truncatingIfNeeded: colour >> (20 - 4 * UInt32(digit)) & 15)
          name[digit + 1] = value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
        }
        return 7
      })
  }

  private mutating func dominant(in picture: Picture, x: Range<Int>, y: Range<Int>) -> UInt32 {
    let step = x.count * y.count > 1024 ? 2 : 1
    let width = picture.width
    let pixelCount = ((x.count + step - 1) / step) * ((y.count + step - 1) / step)
    return picture.bytes.withUnsafeBufferPointer { bytes in
      let pixels = PixelReader(bytes)
      if pixelCount >= Self.fewestSummed {
        sums.removeAll()
        for row in stride(from: y.lowerBound, to: y.upperBound, by: step) {
          sums.add(pixels, at: row * width + x.lowerBound..<row * width + x.upperBound, step: step)
        }
        if let commonest = sums.commonest(), commonest.count <= UInt16.max { return sums.mean(of: commonest.colour) }
      }
      let commonest = firstCommonest(in: pixels, width: width, x: x, y: y, step: step)
      return Self.mean(of: commonest, in: pixels, width: width, x: x, y: y, step: step)
    }
  }

  /// The colour that reaches the largest count first.
  private mutating func firstCommonest(
    in pixels: PixelReader, width: Int, x: Range<Int>, y: Range<Int>, step: Int
  ) -> Int {
    counts.withUnsafeMutableBufferPointer { counts in
      counts.update(repeating: 0)
      var (commonest, most) = (0, UInt16(0))
      for row in stride(from: y.lowerBound, to: y.upperBound, by: step) {
        for column in stride(from: x.lowerBound, to: x.upperBound, by: step) {
          let colour = pixels[row &* width &+ column].colourOf512
          // Saturates instead of overflowing: a block may have millions of pixels.
          counts[colour] = counts[colour] == .max ? .max : counts[colour] &+ 1
          if counts[colour] > most { (commonest, most) = (colour, counts[colour]) }
        }
      }
      return commonest
    }
  }

  @inline(__always)
  private static func mean(
    of colour: Int, in pixels: PixelReader, width: Int, x: Range<Int>, y: Range<Int>, step: Int
  ) -> UInt32 {
    var (red, green, blue, count) = (0, 0, 0, 0)
    for row in stride(from: y.lowerBound, to: y.upperBound, by: step) {
      for column in stride(from: x.lowerBound, to: x.upperBound, by: step) {
        let pixel = pixels[row &* width &+ column]
        guard pixel.colourOf512 == colour else { continue }
        red &+= Int(pixel & 0xFF)
        green &+= Int(pixel >> 8 & 0xFF)
        blue &+= Int(pixel >> 16 & 0xFF)
        count &+= 1
      }
    }
    let half = count / 2
    return UInt32((red + half) / count) << 16 | UInt32((green + half) / count) << 8 | UInt32((blue + half) / count)
  }
}
