// Hot style, paid for by `telltale bench pipeline` (`convert`).

/// The factors from samples to 0...255, in fixed point with ``shift`` binary places, which must be a constant.
struct ColourScale<Number: FixedWidthInteger> {
  let black: Number
  let white: Number
  let factor: Number
  /// What to add to a sample times the factor: black becomes 0, and the shift rounds.
  let offset: Number
  private let wideCentre: Number
  let redV: Number
  let greenU: Number
  let greenV: Number
  let blueU: Number

  @inline(__always) static var shift: Number { Number.bitWidth == 32 ? 16 : 24 }
  /// The chroma sample that means no colour.
  @inline(__always) var centre: Number { Number.bitWidth == 32 ? 128 : wideCentre }
  @inline(__always) static var half: Number { 1 &<< (shift &- 1) }

  init(_ colours: ColourSpace, bitDepth: Int) {
    let more = bitDepth - 8
    let one = Double(1 << Int(Self.shift))
    let isFull = colours.range == .full
    let largest = Double(1 << bitDepth - 1)
    let lumaRange = isFull ? largest : Double(219 << more)
    let chromaRange = isFull ? largest : Double(224 << more)
    let (red, blue) = (colours.matrix.red, colours.matrix.blue)
    let green = 1 - red - blue
    func fixed(_ value: Double) -> Number { Number((value * one).rounded()) }
    black = isFull ? 0 : Number(16 << more)
    white = isFull ? Number(1 << bitDepth - 1) : Number(235 << more)
    factor = fixed(255 / lumaRange)
    wideCentre = Number(1 << (bitDepth - 1))
    offset = Self.half - black * factor
    redV = fixed(2 * (1 - red) * 255 / chromaRange)
    blueU = fixed(2 * (1 - blue) * 255 / chromaRange)
    greenU = fixed(-2 * (1 - blue) * blue / green * 255 / chromaRange)
    greenV = fixed(-2 * (1 - red) * red / green * 255 / chromaRange)
  }

  @inline(__always) func clamp(_ value: Number) -> UInt8 {
    UInt8(truncatingIfNeeded: Swift.min(Swift.max(value &>> Self.shift, 0), 255))
  }
}
