// Hot style, paid for by `telltale bench pipeline` (`motion_detection`): pointers inside, a checked interface outside.

/// Which pixels of a picture are marked: each is 0xFF or 0.
struct Mask {
  private(set) var width = 0
  private(set) var height = 0
  var bits: [UInt8] = []
  private var rows: [UInt8] = []

  init() {}

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    bits = [UInt8](repeating: 0, count: width * height)
    rows = bits
  }

  /// Marked pixels that touch, if only at a corner.
  struct Component: Equatable {
    var left: Int
    var top: Int
    var right: Int
    var bottom: Int
    var area: Int
  }

  /// Removes what is narrower than 3 pixels; a rectangle of 3 × 3 or more stays as it is.
  ///
  /// Pixels beyond the border count as marked while eroding and as unmarked while dilating, so that objects at the border
  /// stay whole.
  mutating func open() {
    guard width >= 3, height >= 3 else { return }
    neighbours { $0 & $1 }  // erode
    neighbours { $0 | $1 }  // dilate
  }

  /// Combines each pixel with its eight neighbours: first along rows, then along columns.
  @inline(__always)
  private mutating func neighbours(_ combine: (UInt8, UInt8) -> UInt8) {
    let (width, height) = (width, height)
    bits.withUnsafeMutableBufferPointer { bits in
      rows.withUnsafeMutableBufferPointer { rows in
        for y in 0..<height {
          let start = y &* width
          rows[start] = combine(bits[start], bits[start &+ 1])
          for x in (start &+ 1)..<(start &+ width &- 1) {
            rows[x] = combine(combine(bits[x &- 1], bits[x]), bits[x &+ 1])
          }
          rows[start &+ width &- 1] = combine(bits[start &+ width &- 2], bits[start &+ width &- 1])
        }
        for x in 0..<width { bits[x] = combine(rows[x], rows[x &+ width]) }
        for index in width..<width &* (height &- 1) {
          bits[index] = combine(combine(rows[index &- width], rows[index]), rows[index &+ width])
        }
        for index in width &* (height &- 1)..<width &* height {
          bits[index] = combine(rows[index &- width], rows[index])
        }
      }
    }
  }

  /// The connected components, largest first.
  func components(minimumArea: Int) -> [Component] {
    var found: [Component] = []
    /// By component: the one that it was merged into, or itself.
    var parents: [Int] = []
    func root(_ number: Int) -> Int {
      var number = number
      while parents[number] != number {
        parents[number] = parents[parents[number]]
        number = parents[number]
      }
      return number
    }
    var above: [Run] = []
    for y in 0..<height {
      var current: [Run] = []
      var nextAbove = 0
      forEachRun(inRow: y) { left, right in
        var number: Int?
        // Runs of the row above that end before this one begins can't touch a later one either.
        while nextAbove < above.count, above[nextAbove].right < left - 1 { nextAbove += 1 }
        var candidate = nextAbove
        while candidate < above.count, above[candidate].left <= right + 1 {
          let other = root(above[candidate].component)
          if let mine = number, mine != other {
            parents[other] = mine
            found[mine].join(found[other])
          }
          number = number ?? other
          candidate += 1
        }
        let run = Component(left: left, top: y, right: right, bottom: y, area: right - left + 1)
        if let number {
          found[number].join(run)
        } else {
          parents.append(found.count)
          found.append(run)
        }
        current.append(Run(left: left, right: right, component: number ?? found.count - 1))
      }
      above = current
    }
    return found.indices.filter { parents[$0] == $0 && found[$0].area >= minimumArea }
      .map { found[$0] }.sorted { ($0.area, $1.top, $1.left) > ($1.area, $0.top, $0.left) }
  }

  private struct Run {
    let left: Int
    let right: Int
    let component: Int
  }

  /// Calls `body` with the first and the last pixel of each run of marked pixels.
  @inline(__always)
  private func forEachRun(inRow y: Int, _ body: (_ left: Int, _ right: Int) -> Void) {
    bits.withUnsafeBytes { bits in
      let start = y * width
      var x = 0
      while x < width {
        // Most rows are empty, so skip eight pixels at a time.
        while x &+ 8 <= width, bits.loadUnaligned(fromByteOffset: start &+ x, as: UInt64.self) == 0 { x &+= 8 }
        while x < width, bits[start &+ x] == 0 { x &+= 1 }
        guard x < width else { return }
        let left = x
        while x < width, bits[start &+ x] != 0 { x &+= 1 }
        body(left, x &- 1)
      }
    }
  }
}

extension Mask.Component {
  mutating func join(_ other: Self) {
    left = min(left, other.left)
    top = min(top, other.top)
    right = max(right, other.right)
    bottom = max(bottom, other.bottom)
    area += other.area
  }
}
