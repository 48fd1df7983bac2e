import Files
import Imaging

/// A short video, drawn in code, in which every built-in plugin finds something.
///
/// A boat crosses a harbour at night under a blinking lamp. After a cut, a kite flies over a meadow by day. Some of that is
/// out of focus, and towards the end the sun rises until the sky is overexposed.
package struct SampleClip: Sendable {
  package static let fileName = "sample.y4m"
  package static let frameRate = 10
  package static let frameCount = 300
  /// The first frame of the second scene.
  package static let cut = 150
  package static let blurred = 180..<205
  /// Each frame is one level brighter: too slowly for a cut or motion.
  package static let sunrise = 215..<275

  package let width: Int
  package let height: Int
  private let night: [UInt8]
  private let day: [UInt8]
  private let dayBlurred: [UInt8]

  /// - Parameters: even, at least 64 × 36; everything is drawn in proportion.
  package init(width: Int = 320, height: Int = 180) {
    precondition(width >= 64 && height >= 36 && width.isMultiple(of: 2) && height.isMultiple(of: 2))
    self.width = width
    self.height = height
    night = Self.texture(width: width, height: height, horizon: 52, above: 22, below: 45)
    day = Self.texture(width: width, height: height, horizon: 170, above: 186, below: 96)
    dayBlurred = Self.blur(day, width: width, height: height)
  }

  /// Writes the whole video as y4m, frame by frame: 26 MB at the standard size.
  /// - Returns: False as soon as `sink` returns false.
  package func write(to sink: ([UInt8]) -> Bool) -> Bool {
    let header = PlanarPicture.y4mHeader(width: width, height: height, format: .c420, frameRate: Self.frameRate)
    guard sink(header) else { return false }
    return (0..<Self.frameCount).allSatisfy { sink(frame($0).y4m) }
  }

  /// Adds a clip to the uploads, unless it is there already.
  /// - Returns: The source that a job names; nil if the clip can't be written.
  package static func install(in store: UploadStore, clip: SampleClip = SampleClip()) -> String? {
    if FileKind("\(store.folder)/\(fileName)").isFile { return "upload:\(fileName)" }
    guard let upload = try? store.begin(fileName) else { return nil }
    guard clip.write(to: { (try? upload.write($0)) != nil }), case .whole(let receipt)? = try? upload.finish() else {
      return nil
    }
    return receipt.source
  }

  /// - Parameter index: 0 ..< ``frameCount``.
  package func frame(_ index: Int) -> PlanarPicture {
    index < Self.cut ? nightFrame(index) : dayFrame(index)
  }

  private func nightFrame(_ index: Int) -> PlanarPicture {
    var canvas = Canvas(width: width, height: height, luma: night, u: 142, v: 118)
    // The lamp is on for a second and off for a second.
    if index / Self.frameRate % 2 == 1 {
      canvas.fill(part(x: 0.84, y: 0.22, width: 0.05, height: 0.09), luma: 225, u: 60, v: 150)
    }
    let x = -0.2 + 1.3 * Double(index) / Double(Self.cut)
    canvas.fill(part(x: x, y: 0.6, width: 0.16, height: 0.07), luma: 165, u: 110, v: 190)
    canvas.fill(part(x: x + 0.06, y: 0.4, width: 0.02, height: 0.2), luma: 200, u: 128, v: 128)
    return canvas.picture
  }

  private func dayFrame(_ index: Int) -> PlanarPicture {
    let isBlurred = Self.blurred.contains(index)
    var canvas = Canvas(width: width, height: height, luma: isBlurred ? dayBlurred : day, u: 110, v: 112)
    if !isBlurred {
      let step = Double(index - Self.cut) / Double(Self.frameCount - Self.cut)
      canvas.fill(part(x: 0.95 - step, y: 0.15 + 0.2 * step, width: 0.08, height: 0.12), luma: 90, u: 100, v: 210)
    }
    canvas.brighten(by: UInt8(min(max(index - Self.sunrise.lowerBound, 0), Self.sunrise.count)))
    return canvas.picture
  }

  /// Converts a rectangle from shares of the picture to pixels, and cuts off what is outside.
  private func part(x: Double, y: Double, width: Double, height: Double) -> (x: Range<Int>, y: Range<Int>) {
    func range(from start: Double, length: Double, of whole: Int) -> Range<Int> {
      let lower = Int((start * Double(whole)).rounded())
      let upper = lower + Int((length * Double(whole)).rounded())
      return min(max(lower, 0), whole)..<min(max(upper, 0), whole)
    }
    return (range(from: x, length: width, of: self.width), range(from: y, length: height, of: self.height))
  }

  /// Sharp, still grain, of different brightness above and below a horizon.
  private static func texture(width: Int, height: Int, horizon: Int, above: Int, below: Int) -> [UInt8] {
    var random = SplitMix64(seed: UInt64(horizon))
    return (0..<width * height).map { index in
      let y = index / width
      let base = y < height * 11 / 20 ? above + (horizon - above) * y / height : below
      return UInt8(base + Int(random.next() % 24))
    }
  }

  /// The mean of 5 × 5 pixels.
  private static func blur(_ luma: [UInt8], width: Int, height: Int) -> [UInt8] {
    (0..<width * height).map { index in
      var (sum, count) = (0, 0)
      for y in max(index / width - 2, 0)...min(index / width + 2, height - 1) {
        for x in max(index % width - 2, 0)...min(index % width + 2, width - 1) {
          sum += Int(luma[y * width + x])
          count += 1
        }
      }
      return UInt8(sum / count)
    }
  }
}

/// A 4:2:0 picture to draw on.
private struct Canvas {
  let width: Int
  let height: Int
  private var luma: [UInt8]
  private var u: [UInt8]
  private var v: [UInt8]

  init(width: Int, height: Int, luma: [UInt8], u: UInt8, v: UInt8) {
    self.width = width
    self.height = height
    self.luma = luma
    self.u = [UInt8](repeating: u, count: width * height / 4)
    self.v = [UInt8](repeating: v, count: width * height / 4)
  }

  var picture: PlanarPicture {
    PlanarPicture(
      width: width, height: height, format: .c420, colours: ColourSpace(range: .limited), bytes: luma + u + v)
  }

  mutating func fill(_ part: (x: Range<Int>, y: Range<Int>), luma: UInt8, u: UInt8, v: UInt8) {
    for y in part.y {
      for x in part.x {
        self.luma[y * width + x] = luma
        self.u[y / 2 * (width / 2) + x / 2] = u
        self.v[y / 2 * (width / 2) + x / 2] = v
      }
    }
  }

  mutating func brighten(by levels: UInt8) {
    luma = luma.map { $0 > 235 - levels ? 235 : $0 + levels }
  }
}
