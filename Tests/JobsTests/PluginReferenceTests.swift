import Imaging
import JSONValues
import Jobs
import Testing

/// Compares what the plugins compute in vectors and tables with plain references, which take one pixel at a time.
struct PluginReferenceTests {
  private let context = PluginContext(jobID: "test")

  /// On both sides of the number of pixels that a vector holds.
  private static let sizes = [
    (1, 1), (2, 5), (3, 3), (16, 2), (17, 4), (18, 3), (19, 5), (33, 4), (34, 7), (35, 3), (50, 21), (64, 64),
  ]

  @Test(arguments: sizes) func `quality is that of the reference`(width: Int, height: Int) throws {
    for contrast in Contrast.allCases {
      let luma = contrast.plane(width, height)
      var plugin = QualityCheck()
      let output = try plugin.process(frame(0, luma), context: context)
      #expect(output.data["sharpness"] == .double(roundedTo(sharpness(luma), digits: 1)), "\(contrast)")
      let count = Double(luma.bytes.count)
      let dark = Double(luma.bytes.count { $0 <= 4 }) / count
      let bright = Double(luma.bytes.count { $0 >= 251 }) / count
      #expect(output.data["dark_share"] == .double(roundedTo(dark, digits: 4)), "\(contrast)")
      #expect(output.data["bright_share"] == .double(roundedTo(bright, digits: 4)), "\(contrast)")
    }
  }

  @Test func `the largest squares of a wide row don't overflow`() throws {
    // Every Laplacian is 1,020 or -1,020.
    let luma = plane(20_000, 5) { x, y in (x + y).isMultiple(of: 2) ? 0 : 255 }
    var plugin = QualityCheck()
    let output = try plugin.process(frame(0, luma), context: context)
    #expect(output.data["sharpness"] == 1_040_400.0)
  }

  @Test(arguments: sizes + [(701, 401)])
  func `the distance of two frames is that of the reference`(width: Int, height: Int) throws {
    let pictures = [Contrast.noise.picture(width, height, seed: 1), Contrast.dark.picture(width, height, seed: 2)]
    var plugin = SceneChange()
    let outputs = try pictures.enumerated().map { id, picture in
      try plugin.process(SourceFrame(id: id, .picture(picture)), context: context)
    }
    let step = width * height > 250_000 ? 2 : 1
    let counts = pictures.map { picture in
      var counts = [Int](repeating: 0, count: 512)
      for y in stride(from: 0, to: height, by: step) {
        for x in stride(from: 0, to: width, by: step) { counts[colourOf512(picture[x, y])] += 1 }
      }
      return counts
    }
    let difference = zip(counts[0], counts[1]).reduce(0) { $0 + abs($1.0 - $1.1) }
    let distance = Double(difference) / Double(counts[0].reduce(0, +)) / 2
    #expect(outputs[1].data["distance"] == .double(roundedTo(distance, digits: 4)))
  }

  @Test(arguments: [
    // A block is as small as a pixel, has an odd size, is sampled, or has more pixels than a table or a count holds.
    (64, 36, 16, 9), (5, 3, 16, 9), (97, 61, 3, 2), (160, 160, 1, 1), (130, 70, 2, 1), (301, 203, 1, 1),
    (600, 500, 1, 1),
  ])
  func `blocks have the colours of the reference`(width: Int, height: Int, columns: Int, rows: Int) throws {
    for contrast in Contrast.allCases {
      let picture = contrast.picture(width, height, seed: 3)
      var plugin = BlockMapper()
      let context = PluginContext(jobID: "test", options: ["columns": .int(columns), "rows": .int(rows)])
      try plugin.prepare(context)
      let output = try plugin.process(SourceFrame(id: 0, .picture(picture)), context: context)
      let (columns, rows) = (min(columns, width), min(rows, height))
      let colours = (0..<rows * columns).map { block in
        let (row, column) = (block / columns, block % columns)
        return dominantColour(
          of: picture, x: column * width / columns..<(column + 1) * width / columns,
          y: row * height / rows..<(row + 1) * height / rows)
      }
      #expect(output.data["colours"] == .array(colours.map(JSON.string)), "\(contrast)")
    }
  }

  @Test(arguments: sizes) func `motion is that of the reference`(width: Int, height: Int) throws {
    var plugin = MotionDetection()
    var reference = MotionReference()
    let still = Contrast.grey.plane(width, height)
    for id in 0..<6 {
      let luma = plane(width, height) { x, y in
        let pixel = still.bytes[y * width + x]
        return (x / 5 + y / 4 + id) % 4 == 0 ? pixel &+ UInt8(id * 40) : pixel
      }
      let output = try plugin.process(frame(id, luma), context: context)
      let expected = reference.process(luma)
      #expect(output.data["motion_share"]?.doubleValue == roundedTo(expected.share, digits: 4), "\(id)")
      #expect(output.boxes.count == min(expected.objects, 64), "\(id)")
    }
  }
}

// MARK: Pictures

private enum Contrast: CaseIterable {
  case noise, grey, dark, extremes, flat, halves

  private func level(_ random: inout UInt64, _ x: Int) -> UInt8 {
    random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let byte = UInt8(truncatingIfNeeded: random >> 56)
    return switch self {
    case .noise: byte
    case .grey: 100 + byte % 60
    case .dark: byte % 9
    case .extremes: byte & 1 == 0 ? 0 : 255
    case .flat: 77
    // Two colours that are equally common.
    case .halves: x.isMultiple(of: 2) ? 30 : 200
    }
  }

  func plane(_ width: Int, _ height: Int) -> Plane {
    var random: UInt64 = 7
    return Plane(width: width, height: height, bytes: (0..<width * height).map { level(&random, $0 % width / 2) })
  }

  func picture(_ width: Int, _ height: Int, seed: UInt64) -> Picture {
    var random = seed
    let bytes = (0..<3 * width * height).map { level(&random, $0 / 3 % width / 2) }
    return Picture(width: width, height: height, format: .rgb, bytes: bytes)
  }
}

private func roundedTo(_ value: Double, digits: Int) -> Double {
  let scale = digits == 1 ? 10.0 : 10_000
  return (value * scale).rounded() / scale
}

// MARK: References

private func sharpness(_ luma: Plane) -> Double {
  let (width, height) = (luma.width, luma.height)
  guard width >= 3, height >= 3 else { return 0 }
  func pixel(_ x: Int, _ y: Int) -> Int { Int(luma.bytes[y * width + x]) }
  let values = (1..<height - 1).flatMap { y in
    (1..<width - 1).map { x in
      4 * pixel(x, y) - pixel(x - 1, y) - pixel(x + 1, y) - pixel(x, y - 1) - pixel(x, y + 1)
    }
  }
  let mean = Double(values.reduce(0, +)) / Double(values.count)
  return Double(values.reduce(0) { $0 + $1 * $1 }) / Double(values.count) - mean * mean
}

private func colourOf512(_ pixel: ArraySlice<UInt8>) -> Int {
  pixel.reduce(0) { $0 << 3 | Int($1 >> 5) }
}

/// The mean of the pixels of the colour that is the first to reach the largest count, up to which 16 bits count.
private func dominantColour(of picture: Picture, x: Range<Int>, y: Range<Int>) -> String {
  let step = x.count * y.count > 1024 ? 2 : 1
  let pixels = stride(from: y.lowerBound, to: y.upperBound, by: step).flatMap { row in
    stride(from: x.lowerBound, to: x.upperBound, by: step).map { picture[$0, row] }
  }
  var counts = [Int](repeating: 0, count: 512)
  var (commonest, most) = (0, 0)
  for pixel in pixels {
    let colour = colourOf512(pixel)
    counts[colour] = min(counts[colour] + 1, 65_535)
    if counts[colour] > most { (commonest, most) = (colour, counts[colour]) }
  }
  let same = pixels.filter { colourOf512($0) == commonest }
  let mean = (0..<3).map { channel in
    (same.reduce(0) { $0 + Int($1[$1.startIndex + channel]) } + same.count / 2) / same.count
  }
  return "#" + mean.map { String($0 + 256, radix: 16).dropFirst() }.joined()
}

/// The running average, the opening and the connected components of motion detection.
private struct MotionReference {
  private var background: [Int] = []

  mutating func process(_ luma: Plane) -> (share: Double, objects: Int) {
    let levels = luma.bytes.map { Int($0) }
    guard !background.isEmpty else {
      background = levels.map { $0 * 128 }
      return (0, 0)
    }
    let marked = levels.indices.map { abs(levels[$0] - background[$0] >> 7) > 24 }
    for index in levels.indices {
      background[index] += (levels[index] * 128 - background[index]) >> (marked[index] ? 8 : 4)
    }
    let share = Double(marked.count { $0 }) / Double(marked.count)
    guard share <= 0.6 else {
      background = levels.map { $0 * 128 }
      return (share, 0)
    }
    return (share, objects(opened(marked, luma.width, luma.height), luma.width, luma.height))
  }

  private func neighbours(_ index: Int, _ width: Int, _ height: Int) -> [Int] {
    let (x, y) = (index % width, index / width)
    return (max(y - 1, 0)...min(y + 1, height - 1)).flatMap { row in
      (max(x - 1, 0)...min(x + 1, width - 1)).map { row * width + $0 }
    }
  }

  private func opened(_ marked: [Bool], _ width: Int, _ height: Int) -> [Bool] {
    guard width >= 3, height >= 3 else { return marked }
    let eroded = marked.indices.map { neighbours($0, width, height).allSatisfy { marked[$0] } }
    return marked.indices.map { neighbours($0, width, height).contains { eroded[$0] } }
  }

  /// Connected components of at least 16 pixels.
  private func objects(_ marked: [Bool], _ width: Int, _ height: Int) -> Int {
    var seen = [Bool](repeating: false, count: marked.count)
    var objects = 0
    for start in marked.indices where marked[start] && !seen[start] {
      seen[start] = true
      var (area, open) = (0, [start])
      while let index = open.popLast() {
        area += 1
        for other in neighbours(index, width, height) where marked[other] && !seen[other] {
          seen[other] = true
          open.append(other)
        }
      }
      objects += area >= 16 ? 1 : 0
    }
    return objects
  }
}
