/// The position and size of a box's caption, in source pixels. `web/js/jobs/box-labels.js` uses the same layout.
package struct BoxLabel: Equatable, Sendable {
  package var x: Double
  package var y: Double
  package var width: Double
  package var height: Double
  package var fontSize: Double

  /// The mean width of a character in the fonts of the style sheet, as a fraction of the font size.
  private static let characterWidth = 0.58

  /// Lays out one label per box, inside the picture and without overlaps: above the box if it fits, else inside the box,
  /// else `nil`. A box smaller than a letter gets no label, because the label would cover it.
  package static func all(for boxes: [FrameBox], width: Double, height: Double, fontSize: Double) -> [BoxLabel?] {
    var placed: [BoxLabel] = []
    return boxes.map { box in
      guard !box.caption.isEmpty, min(box.width, box.height) >= fontSize else { return nil }
      let size = (
        width: (Double(box.caption.unicodeScalars.count) * characterWidth + 0.6) * fontSize, height: fontSize * 1.4
      )
      let free = [box.y - size.height, box.y].lazy
        .filter { $0 >= 0 && $0 + size.height <= height }
        .map { y in
          BoxLabel(
            x: max(0, min(box.x, width - size.width)), y: y, width: size.width, height: size.height, fontSize: fontSize)
        }
        .first { label in !placed.contains { $0.overlaps(label) } }
      if let free { placed.append(free) }
      return free
    }
  }

  private func overlaps(_ other: BoxLabel) -> Bool {
    x < other.x + other.width && other.x < x + width && y < other.y + other.height && other.y < y + height
  }
}
