// Hot style: vectors of the size of a register, paid for by `telltale bench pipeline`. Each operation below is one to three
// instructions of SSE2 and NEON, which every processor has that Swift compiles for. Look at the assembly before you
// change one. The loops over lanes are here, and not in the standard library's generic operations such as `pointwiseMin`
// and `init(truncatingIfNeeded:)`, because those become calls if they are compiled for another file.
//
// `unsafeBitCast` stands here and in PixelRows.swift only between vectors of the same size, all of whose bits are numbers; a
// mask is stored as the vector of its lanes, -1 or 0 each. Every platform of the product is little-endian.

/// A vector of eight values, each made of the number of its lane.
@inlinable @inline(__always)
package func eightLanes<Scalar: SIMDScalar & FixedWidthInteger>(_ value: (_ lane: Int) -> Scalar) -> SIMD8<Scalar> {
  var vector = SIMD8<Scalar>()
  for lane in 0..<8 { vector[lane] = value(lane) }
  return vector
}

extension SIMD8<Int16> {
  /// The same bits as unsigned numbers.
  @inlinable @inline(__always) package var unsigned: SIMD8<UInt16> { unsafeBitCast(self, to: SIMD8<UInt16>.self) }

  /// Each number clamped to 0...`most`.
  /// - Precondition: `most` isn't negative, and no number is so far below it that the difference overflows.
  @inlinable @inline(__always) package func clamped(to most: Int16) -> Self {
    // The sign of a number, shifted to all of its bits, is a mask.
    let positive = self & ~(self &>> Self(repeating: 15))
    let below = positive &- Self(repeating: most)
    return (below & (below &>> Self(repeating: 15))) &+ Self(repeating: most)
  }

  /// -1 in each lane that is greater than the other's, and 0 in the rest.
  @inlinable @inline(__always) package func isGreater(than other: Self) -> Self {
    unsafeBitCast(self .> other, to: Self.self)
  }

  /// The sums of the products of neighbouring lanes.
  @inlinable @inline(__always) package func pairsOfProducts(with other: Self) -> SIMD4<Int32> {
    let products = eightLanes { Int32(self[$0]) } &* eightLanes { Int32(other[$0]) }
    return products.evenHalf &+ products.oddHalf
  }
}

extension SIMD8<UInt16> {
  @inlinable @inline(__always) package init(_ bytes: SIMD8<UInt8>) {
    var pairs = SIMD16<UInt8>()
    pairs.evenHalf = bytes
    self = unsafeBitCast(pairs, to: Self.self)
  }

  /// The same bits as signed numbers.
  @inlinable @inline(__always) package var signed: SIMD8<Int16> { unsafeBitCast(self, to: SIMD8<Int16>.self) }

  // Of 16 bytes that are loaded as words, the low bytes are those at even places: both processors have them first.

  @inlinable @inline(__always) package var lowBytes: Self { self & Self(repeating: 0xFF) }
  @inlinable @inline(__always) package var highBytes: Self { self &>> Self(repeating: 8) }

  /// The upper half of each byte's product with a factor of 16 bits.
  /// - Precondition: No word exceeds 255.
  @inlinable @inline(__always) package func highProduct(by factor: UInt16) -> Self {
    let low = self &* Self(repeating: factor & 0xFF)
    let high = self &* Self(repeating: factor &>> 8)
    return (high &+ low &>> Self(repeating: 8)) &>> Self(repeating: 8)
  }
}
