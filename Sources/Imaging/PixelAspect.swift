// Hot style: pointers behind a checked interface. The benchmark is `telltale bench pipeline` (`stretch`).

/// The shape of a video's pixels. Television video is stored with fewer or more columns than it is shown with.
package struct PixelAspect: Equatable, Sendable {
  package let width: Int
  package let height: Int

  package static let square = PixelAspect(width: 1, height: 1)

  /// Of a picture as it is shown, in pixels. No video is that wide.
  private static let longestSide = 65_536

  /// - Precondition: Both are positive.
  package init(width: Int, height: Int) {
    precondition(width > 0 && height > 0)
    self.width = width
    self.height = height
  }

  /// The number of columns in which the stored ones are shown. The number of rows doesn't change.
  ///
  /// An aspect beyond 1:16 or 16:1, or one that would exceed the size limits, only occurs in damaged files. Such pixels
  /// count as square. Stretching needs memory for each column, so a side has a limit of its own.
  package func shownColumns(of columns: Int, rows: Int, limits: PictureLimits = PictureLimits()) -> Int {
    let ratio = Double(width) / Double(height)
    guard (1.0 / 16...16).contains(ratio) else { return columns }
    let shown = max(1, Int((Double(columns) * ratio).rounded()))
    let isPossible = max(shown, rows) <= Self.longestSide && shown * rows <= limits.maximumPixels
    return isPossible ? shown : columns
  }
}

extension Picture {
  /// The picture resampled to another number of columns, with linear interpolation.
  package func stretched(toWidth target: Int) -> Picture {
    guard target != width else { return self }
    let bytes = stretch(bytes, width: width, height: height, channels: format.channels, toWidth: target)
    return Picture(width: target, height: height, format: format, bytes: bytes)
  }
}

extension Plane {
  /// The plane resampled to another number of columns, with linear interpolation.
  package func stretched(toWidth target: Int) -> Plane {
    guard target != width else { return self }
    return Plane(
      width: target, height: height,
      bytes: stretch(bytes, width: width, height: height, channels: 1, toWidth: target))
  }
}

private func stretch(_ source: [UInt8], width: Int, height: Int, channels: Int, toWidth target: Int) -> [UInt8] {
  // The left neighbour of each new column, and the share of the right one in 256ths. Both are the same in every row.
  let columns = (0..<target).map { column in
    let position = (Double(column) + 0.5) * Double(width) / Double(target) - 0.5
    let clamped = min(max(position, 0), Double(width - 1))
    let left = min(Int(clamped), max(width - 2, 0))
    return (left: left, share: Int32((clamped - Double(left)) * 256))
  }
  // A single column has no right neighbour; its share is 0.
  let right = width > 1 ? channels : 0
  return [UInt8](unsafeUninitializedCapacity: target * height * channels) { out, initialized in
    source.withUnsafeBufferPointer { source in
      columns.withUnsafeBufferPointer { columns in
        var at = 0
        for row in 0..<height {
          for column in columns {
            let from = (row &* width &+ column.left) &* channels
            for channel in from..<from &+ channels {
              let near = Int32(source[channel])
              let mixed = (near << 8) &+ (Int32(source[channel &+ right]) &- near) &* column.share &+ 128
              out[at] = UInt8(truncatingIfNeeded: mixed >> 8)
              at &+= 1
            }
          }
        }
      }
    }
    initialized = target * height * channels
  }
}
