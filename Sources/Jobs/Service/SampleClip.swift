import Files
import Imaging

/// A short video, drawn in code, in which every built-in plugin finds something. It is named as what it is: a sample.
///
/// A boat crosses a harbour at night under a blinking lamp, then comes a cut to a meadow by day, over which a kite flies;
/// a while of it is out of focus, and towards the end the sun rises until the sky is overexposed.
package struct SampleClip: Sendable {
  package static let fileName = "sample.y4m"
  package static let frameRate = 10
  package static let frameCount = 300
  /// The first frame of the second scene.
  package static let cut = 150
  package static let blurred = 180..<205
  /// It grows brighter by a level a frame: too slowly to be a cut or motion.
  package static let sunrise = 215..<275

  package let width: Int
  package let height: Int
  private let night: [UInt8]
  private let day: [UInt8]
  private let dayBlurred: [UInt8]

  /// - Parameters: Even, at least 64 × 36; things are drawn in proportion.
  package init(width: Int = 320, height: Int = 180) {
    precondition(width >= 64 && height >= 36 && width.isMultiple(of: 2) && height.isMultiple(of: 2))
    self.width = width
    self.height = height
    night = Self.texture(width, height, horizon: 52, above: 22, below: 45)
    day = Self.texture(width, height, horizon: 170, above: 186, below: 96)
    dayBlurred = Self.blur(day, width, height)
  }

  /// The whole video, as a y4m file holds it: 26 MB at the standard size, handed out frame by frame.
  package func write(_ take: ([UInt8]) -> Bool) -> Bool {
    let header = PlanarPicture.y4mHeader(width: width, height: height, chroma: .c420, frameRate: Self.frameRate)
    guard take(header) else { return false }
    return (0..<Self.frameCount).allSatisfy { take(frame($0).y4m) }
  }

  /// Puts a clip among the uploads, where none is there yet.
  /// - Returns: How a job names it as its source; nil where it can't be written.
  package static func install(in store: UploadStore, clip: SampleClip = SampleClip()) -> String? {
    if FileKind("\(store.folder)/\(fileName)").isFile { return "upload:\(fileName)" }
    guard let upload = try? store.begin(fileName) else { return nil }
    let isWritten = clip.write { (try? upload.write($0)) != nil }
    return isWritten ? (try? upload.finish())?.source : nil
  }

  /// - Parameter index: 0 ..< ``frameCount``.
  package func frame(_ index: Int) -> PlanarPicture {
    index < Self.cut ? nightFrame(index) : dayFrame(index)
  }

  private func nightFrame(_ index: Int) -> PlanarPicture {
    var canvas = Canvas(width: width, height: height, luma: night, u: 142, v: 118)
    // The lamp is on for a second and off for a second.
    if index / Self.frameRate % 2 == 1 { canvas.fill(part(0.84, 0.22, 0.05, 0.09), luma: 225, u: 60, v: 150) }
    let x = -0.2 + 1.3 * Double(index) / Double(Self.cut)
    canvas.fill(part(x, 0.6, 0.16, 0.07), luma: 165, u: 110, v: 190)
    canvas.fill(part(x + 0.06, 0.4, 0.02, 0.2), luma: 200, u: 128, v: 128)
    return canvas.picture
  }

  private func dayFrame(_ index: Int) -> PlanarPicture {
    let isBlurred = Self.blurred.contains(index)
    var canvas = Canvas(width: width, height: height, luma: isBlurred ? dayBlurred : day, u: 110, v: 112)
    if !isBlurred {
      let step = Double(index - Self.cut) / Double(Self.frameCount - Self.cut)
      canvas.fill(part(0.95 - step, 0.15 + 0.2 * step, 0.08, 0.12), luma: 90, u: 100, v: 210)
    }
    canvas.brighten(by: UInt8(min(max(index - Self.sunrise.lowerBound, 0), Self.sunrise.count)))
    return canvas.picture
  }

  /// A rectangle in shares of the picture, in pixels; parts outside are cut off.
  private func part(_ x: Double, _ y: Double, _ width: Double, _ height: Double) -> (x: Range<Int>, y: Range<Int>) {
    func range(_ start: Double, _ length: Double, _ whole: Int) -> Range<Int> {
      let lower = Int((start * Double(whole)).rounded())
      let upper = lower + Int((length * Double(whole)).rounded())
      return min(max(lower, 0), whole)..<min(max(upper, 0), whole)
    }
    return (range(x, width, self.width), range(y, height, self.height))
  }

  /// Grain that stays where it is, brighter or darker above and below a horizon: sharp, and still.
  private static func texture(_ width: Int, _ height: Int, horizon: Int, above: Int, below: Int) -> [UInt8] {
    var random = SplitMix64(seed: UInt64(horizon))
    return (0..<width * height).map { index in
      let y = index / width
      let base = y < height * 11 / 20 ? above + (horizon - above) * y / height : below
      return UInt8(base + Int(random.next() % 24))
    }
  }

  /// The mean of 5 × 5 pixels.
  private static func blur(_ luma: [UInt8], _ width: Int, _ height: Int) -> [UInt8] {
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
    PlanarPicture(width: width, height: height, chroma: .c420, range: .limited, bytes: luma + u + v)
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
