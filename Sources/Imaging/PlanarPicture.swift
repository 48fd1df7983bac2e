// Hot style: pointers behind a checked interface. The benchmark is `telltale bench pipeline` (`convert`).

/// A picture of a video: a luma plane, two chroma planes, which may be subsampled, and perhaps one of opacity.
package struct PlanarPicture: Equatable, Sendable {
  package let width: Int
  package let height: Int
  package let format: PlanarFormat
  package let colours: ColourSpace
  /// The planes Y, U, V and alpha one after another, without padding.
  package let bytes: [UInt8]

  /// - Precondition: The size is within ``PictureLimits``, and `bytes` has ``PlanarFormat/byteCount(width:height:)``.
  package init(width: Int, height: Int, format: PlanarFormat, colours: ColourSpace, bytes: [UInt8]) {
    precondition(bytes.count == format.byteCount(width: width, height: height))
    self.width = width
    self.height = height
    self.format = format
    self.colours = colours
    self.bytes = bytes
  }

  /// Brightness, 0 for black to 255 for white. Transparent pixels are composited on white, as on a web page.
  package func luma() -> Plane {
    let count = width * height
    if format.bitDepth == 8, !format.hasAlpha, colours.range == .full {
      return Plane(width: width, height: height, bytes: Array(bytes[..<count]))
    }
    let spread = [UInt8](unsafeUninitializedCapacity: count) { out, initialized in
      bytes.withUnsafeBytes { raw in
        if format.bytesPerSample == 1 {
          let planes = raw.bindMemory(to: UInt8.self)
          let done = PixelRows(self).spreadLuma(planes, to: out)
          spreadLuma(planes, as: Int32.self, from: done, to: out)
          composite(alpha: raw.bindMemory(to: UInt8.self), onto: out, channels: 1)
        } else {
          spreadLuma(raw.bindMemory(to: UInt16.self), as: Int.self, to: out)
          composite(alpha: raw.bindMemory(to: UInt16.self), onto: out, channels: 1)
        }
      }
      initialized = count
    }
    return Plane(width: width, height: height, bytes: spread)
  }

  /// Converts to RGB. Chroma samples are repeated, not interpolated. Transparent pixels are composited on white.
  package func rgb() -> Picture {
    let count = 3 * width * height
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { out, initialized in
      self.bytes.withUnsafeBytes { raw in
        if format.bytesPerSample == 1 {
          let planes = raw.bindMemory(to: UInt8.self)
          let done = PixelRows(self).convert(planes, to: out)
          convert(planes, as: Int32.self, fromColumn: done, to: out)
          composite(alpha: raw.bindMemory(to: UInt8.self), onto: out, channels: 3)
        } else {
          convert(raw.bindMemory(to: UInt16.self), as: Int.self, to: out)
          composite(alpha: raw.bindMemory(to: UInt16.self), onto: out, channels: 3)
        }
      }
      initialized = count
    }
    return Picture(width: width, height: height, format: .rgb, bytes: bytes)
  }

  // The same in scalars: what vectors leave at the ends of rows, and samples of more than 8 bits.
  //
  // `Number` must hold a sample times a factor: 32 bits for samples of 8 bits, which keeps that case fast.

  private func spreadLuma<Sample: FixedWidthInteger, Number: FixedWidthInteger>(
    _ samples: UnsafeBufferPointer<Sample>, as _: Number.Type, from first: Int = 0,
    to out: UnsafeMutableBufferPointer<UInt8>
  ) {
    let scale = ColourScale<Number>(colours, bitDepth: format.bitDepth)
    let (black, white) = (Sample(truncatingIfNeeded: scale.black), Sample(truncatingIfNeeded: scale.white))
    for index in first..<width * height {
      // Clamped before the multiplication, in the smaller type, which is cheaper than after it.
      let above = Number(truncatingIfNeeded: Swift.min(Swift.max(samples[index], black), white) &- black)
      out[index] = UInt8(
        truncatingIfNeeded: (above &* scale.factor &+ ColourScale<Number>.half) &>> ColourScale<Number>.shift)
    }
  }

  /// - Parameter first: Columns before this one are left as they are. A multiple of the chroma's step.
  private func convert<Sample: FixedWidthInteger, Number: FixedWidthInteger>(
    _ planes: UnsafeBufferPointer<Sample>, as _: Number.Type, fromColumn first: Int = 0,
    to out: UnsafeMutableBufferPointer<UInt8>
  ) {
    guard first < width else { return }
    let scale = ColourScale<Number>(colours, bitDepth: format.bitDepth)
    guard format.chroma != .mono else {
      for row in 0..<height {
        for index in row &* width &+ first..<(row &+ 1) &* width {
          let grey = scale.clamp(Number(truncatingIfNeeded: planes[index]) &* scale.factor &+ scale.offset)
          out[3 &* index] = grey
          out[3 &* index &+ 1] = grey
          out[3 &* index &+ 2] = grey
        }
      }
      return
    }
    let chromaWidth = format.chroma.width(of: width)
    let firstU = width * height
    let firstV = firstU + chromaWidth * format.chroma.height(of: height)
    let stepX = format.chroma.stepX
    for y in 0..<height {
      let chromaRow = y / format.chroma.stepY * chromaWidth
      var pixel = y * width + first
      let end = (y + 1) * width
      for chromaX in first / stepX..<chromaWidth {
        let u = Number(truncatingIfNeeded: planes[firstU &+ chromaRow &+ chromaX]) &- scale.centre
        let v = Number(truncatingIfNeeded: planes[firstV &+ chromaRow &+ chromaX]) &- scale.centre
        let red = scale.offset &+ scale.redV &* v
        let green = scale.offset &+ scale.greenU &* u &+ scale.greenV &* v
        let blue = scale.offset &+ scale.blueU &* u
        let last = Swift.min(pixel &+ stepX, end)
        while pixel < last {
          let luma = Number(truncatingIfNeeded: planes[pixel]) &* scale.factor
          out[3 &* pixel] = scale.clamp(luma &+ red)
          out[3 &* pixel &+ 1] = scale.clamp(luma &+ green)
          out[3 &* pixel &+ 2] = scale.clamp(luma &+ blue)
          pixel &+= 1
        }
      }
    }
  }

  /// Mixes what is in `out` with white where the last plane, which is always in full range, is not opaque.
  private func composite<Sample: FixedWidthInteger>(
    alpha planes: UnsafeBufferPointer<Sample>, onto out: UnsafeMutableBufferPointer<UInt8>, channels: Int
  ) {
    guard format.hasAlpha else { return }
    let first = planes.count - width * height
    let opaque = 1 << format.bitDepth - 1
    for pixel in 0..<width * height {
      let alpha = Swift.min(Int(planes[first &+ pixel]), opaque)
      guard alpha != opaque else { continue }
      for channel in channels &* pixel..<channels &* (pixel &+ 1) {
        let mixed = Int(out[channel]) &* alpha &+ 255 &* (opaque &- alpha) &+ opaque / 2
        out[channel] = UInt8(truncatingIfNeeded: mixed / opaque)
      }
    }
  }
}
