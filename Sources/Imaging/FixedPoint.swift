// Hot style, paid for by `telltale bench pipeline` (`convert`).

/// Eight numbers with 16 binary places, as one vector of whole parts and one of fractions: a product and a sum of 32 bits
/// in instructions for 16 bits, of which a register holds twice as many, without a rounding in between.
struct FixedPoint {
  /// The whole parts, rounded down.
  var whole: SIMD8<UInt16>
  /// The fractions in 65,536ths.
  var fraction: SIMD8<UInt16>

  /// The product of each word with a factor that has 16 binary places. Overflow is cut off.
  @inline(__always) init(_ words: SIMD8<UInt16>, times factor: Int32) {
    let (high, low) = Self.halves(factor)
    whole = words &* SIMD8(repeating: high) &+ words.highProduct(by: low)
    fraction = words &* SIMD8(repeating: low)
  }

  /// The product of each word with a factor of one and so many 65,536ths.
  @inline(__always) init(_ words: SIMD8<UInt16>, timesOneAnd fraction: UInt16) {
    whole = words &+ words.highProduct(by: fraction)
    self.fraction = words &* SIMD8(repeating: fraction)
  }

  @inline(__always) init(repeating value: Int32) {
    let (high, low) = Self.halves(value)
    whole = SIMD8(repeating: high)
    fraction = SIMD8(repeating: low)
  }

  private init(whole: SIMD8<UInt16>, fraction: SIMD8<UInt16>) {
    self.whole = whole
    self.fraction = fraction
  }

  @inline(__always) private static func halves(_ value: Int32) -> (high: UInt16, low: UInt16) {
    (UInt16(truncatingIfNeeded: value >> 16), UInt16(truncatingIfNeeded: value))
  }

  @inline(__always) static func + (left: Self, right: Self) -> Self {
    Self(
      whole: Addend(right).wholeOfSum(with: Base(left)).unsigned, fraction: left.fraction &+ right.fraction)
  }

  /// A number that is added to several ``Addend``s.
  struct Base {
    fileprivate let whole: SIMD8<Int16>
    /// The fractions less a half, because there is no comparison of unsigned words.
    fileprivate let fraction: SIMD8<Int16>

    @inline(__always) init(_ number: FixedPoint) {
      whole = number.whole.signed
      fraction = (number.fraction ^ SIMD8(repeating: 0x8000)).signed
    }
  }

  /// A number of whose sums only the whole part matters.
  struct Addend {
    private let whole: SIMD8<Int16>
    /// The largest fraction, less a half, that carries nothing into the whole part.
    private let largest: SIMD8<Int16>

    @inline(__always) init(_ number: FixedPoint) {
      whole = number.whole.signed
      largest = (number.fraction ^ SIMD8(repeating: 0x7FFF)).signed
    }

    /// The whole part of the sum, rounded down.
    @inline(__always) func wholeOfSum(with base: Base) -> SIMD8<Int16> {
      base.whole &+ whole &- base.fraction.isGreater(than: largest)
    }
  }
}
