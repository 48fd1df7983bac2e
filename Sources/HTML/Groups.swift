// One type for each number of statements. Parameter packs would need only ten lines, but they are not specialised, and
// rendering took three times as long (`telltale bench html`).

extension HTMLBuilder {
  @inlinable public static func buildBlock<A: HTML, B: HTML>(
    _ a: A, _ b: B
  ) -> G2<A, B> {
    G2(a, b)
  }

  @inlinable public static func buildBlock<A: HTML, B: HTML, C: HTML>(
    _ a: A, _ b: B, _ c: C
  ) -> G3<A, B, C> {
    G3(a, b, c)
  }

  @inlinable public static func buildBlock<A: HTML, B: HTML, C: HTML, D: HTML>(
    _ a: A, _ b: B, _ c: C, _ d: D
  ) -> G4<A, B, C, D> {
    G4(a, b, c, d)
  }

  @inlinable public static func buildBlock<A: HTML, B: HTML, C: HTML, D: HTML, E: HTML>(
    _ a: A, _ b: B, _ c: C, _ d: D, _ e: E
  ) -> G5<A, B, C, D, E> {
    G5(a, b, c, d, e)
  }

  @inlinable public static func buildBlock<A: HTML, B: HTML, C: HTML, D: HTML, E: HTML, F: HTML>(
    _ a: A, _ b: B, _ c: C, _ d: D, _ e: E, _ f: F
  ) -> G6<A, B, C, D, E, F> {
    G6(a, b, c, d, e, f)
  }

  @inlinable public static func buildBlock<A: HTML, B: HTML, C: HTML, D: HTML, E: HTML, F: HTML, G: HTML>(
    _ a: A, _ b: B, _ c: C, _ d: D, _ e: E, _ f: F, _ g: G
  ) -> G7<A, B, C, D, E, F, G> {
    G7(a, b, c, d, e, f, g)
  }

  @inlinable public static func buildBlock<A: HTML, B: HTML, C: HTML, D: HTML, E: HTML, F: HTML, G: HTML, H: HTML>(
    _ a: A, _ b: B, _ c: C, _ d: D, _ e: E, _ f: F, _ g: G, _ h: H
  ) -> G8<A, B, C, D, E, F, G, H> {
    G8(a, b, c, d, e, f, g, h)
  }

  @inlinable
  public static func buildBlock<A: HTML, B: HTML, C: HTML, D: HTML, E: HTML, F: HTML, G: HTML, H: HTML, I: HTML>(
    _ a: A, _ b: B, _ c: C, _ d: D, _ e: E, _ f: F, _ g: G, _ h: H, _ i: I
  ) -> G9<A, B, C, D, E, F, G, H, I> {
    G9(a, b, c, d, e, f, g, h, i)
  }

  @inlinable
  public static func buildBlock<
    A: HTML, B: HTML, C: HTML, D: HTML, E: HTML, F: HTML, G: HTML, H: HTML, I: HTML, J: HTML
  >(
    _ a: A, _ b: B, _ c: C, _ d: D, _ e: E, _ f: F, _ g: G, _ h: H, _ i: I, _ j: J
  ) -> G10<A, B, C, D, E, F, G, H, I, J> {
    G10(a, b, c, d, e, f, g, h, i, j)
  }
}

/// Two statements, written in order.
public struct G2<A: HTML, B: HTML>: HTML {
  @usableFromInline let a: A
  @usableFromInline let b: B

  @inlinable init(_ a: A, _ b: B) {
    self.a = a
    self.b = b
  }

  @inlinable public func render(into writer: inout HTMLWriter) {
    a.render(into: &writer)
    b.render(into: &writer)
  }
}

/// Three statements, written in order.
public struct G3<A: HTML, B: HTML, C: HTML>: HTML {
  @usableFromInline let a: A
  @usableFromInline let b: B
  @usableFromInline let c: C

  @inlinable init(_ a: A, _ b: B, _ c: C) {
    self.a = a
    self.b = b
    self.c = c
  }

  @inlinable public func render(into writer: inout HTMLWriter) {
    a.render(into: &writer)
    b.render(into: &writer)
    c.render(into: &writer)
  }
}

/// Four statements, written in order.
public struct G4<A: HTML, B: HTML, C: HTML, D: HTML>: HTML {
  @usableFromInline let a: A
  @usableFromInline let b: B
  @usableFromInline let c: C
  @usableFromInline let d: D

  @inlinable init(_ a: A, _ b: B, _ c: C, _ d: D) {
    self.a = a
    self.b = b
    self.c = c
    self.d = d
  }

  @inlinable public func render(into writer: inout HTMLWriter) {
    a.render(into: &writer)
    b.render(into: &writer)
    c.render(into: &writer)
    d.render(into: &writer)
  }
}

/// Five statements, written in order.
public struct G5<A: HTML, B: HTML, C: HTML, D: HTML, E: HTML>: HTML {
  @usableFromInline let a: A
  @usableFromInline let b: B
  @usableFromInline let c: C
  @usableFromInline let d: D
  @usableFromInline let e: E

  @inlinable init(_ a: A, _ b: B, _ c: C, _ d: D, _ e: E) {
    self.a = a
    self.b = b
    self.c = c
    self.d = d
    self.e = e
  }

  @inlinable public func render(into writer: inout HTMLWriter) {
    a.render(into: &writer)
    b.render(into: &writer)
    c.render(into: &writer)
    d.render(into: &writer)
    e.render(into: &writer)
  }
}

/// Six statements, written in order.
public struct G6<A: HTML, B: HTML, C: HTML, D: HTML, E: HTML, F: HTML>: HTML {
  @usableFromInline let a: A
  @usableFromInline let b: B
  @usableFromInline let c: C
  @usableFromInline let d: D
  @usableFromInline let e: E
  @usableFromInline let f: F

  @inlinable init(_ a: A, _ b: B, _ c: C, _ d: D, _ e: E, _ f: F) {
    self.a = a
    self.b = b
    self.c = c
    self.d = d
    self.e = e
    self.f = f
  }

  @inlinable public func render(into writer: inout HTMLWriter) {
    a.render(into: &writer)
    b.render(into: &writer)
    c.render(into: &writer)
    d.render(into: &writer)
    e.render(into: &writer)
    f.render(into: &writer)
  }
}

/// Seven statements, written in order.
public struct G7<A: HTML, B: HTML, C: HTML, D: HTML, E: HTML, F: HTML, G: HTML>: HTML {
  @usableFromInline let a: A
  @usableFromInline let b: B
  @usableFromInline let c: C
  @usableFromInline let d: D
  @usableFromInline let e: E
  @usableFromInline let f: F
  @usableFromInline let g: G

  @inlinable init(_ a: A, _ b: B, _ c: C, _ d: D, _ e: E, _ f: F, _ g: G) {
    self.a = a
    self.b = b
    self.c = c
    self.d = d
    self.e = e
    self.f = f
    self.g = g
  }

  @inlinable public func render(into writer: inout HTMLWriter) {
    a.render(into: &writer)
    b.render(into: &writer)
    c.render(into: &writer)
    d.render(into: &writer)
    e.render(into: &writer)
    f.render(into: &writer)
    g.render(into: &writer)
  }
}

/// Eight statements, written in order.
public struct G8<A: HTML, B: HTML, C: HTML, D: HTML, E: HTML, F: HTML, G: HTML, H: HTML>: HTML {
  @usableFromInline let a: A
  @usableFromInline let b: B
  @usableFromInline let c: C
  @usableFromInline let d: D
  @usableFromInline let e: E
  @usableFromInline let f: F
  @usableFromInline let g: G
  @usableFromInline let h: H

  @inlinable init(_ a: A, _ b: B, _ c: C, _ d: D, _ e: E, _ f: F, _ g: G, _ h: H) {
    self.a = a
    self.b = b
    self.c = c
    self.d = d
    self.e = e
    self.f = f
    self.g = g
    self.h = h
  }

  @inlinable public func render(into writer: inout HTMLWriter) {
    a.render(into: &writer)
    b.render(into: &writer)
    c.render(into: &writer)
    d.render(into: &writer)
    e.render(into: &writer)
    f.render(into: &writer)
    g.render(into: &writer)
    h.render(into: &writer)
  }
}

/// Nine statements, written in order.
public struct G9<A: HTML, B: HTML, C: HTML, D: HTML, E: HTML, F: HTML, G: HTML, H: HTML, I: HTML>: HTML {
  @usableFromInline let a: A
  @usableFromInline let b: B
  @usableFromInline let c: C
  @usableFromInline let d: D
  @usableFromInline let e: E
  @usableFromInline let f: F
  @usableFromInline let g: G
  @usableFromInline let h: H
  @usableFromInline let i: I

  @inlinable init(_ a: A, _ b: B, _ c: C, _ d: D, _ e: E, _ f: F, _ g: G, _ h: H, _ i: I) {
    self.a = a
    self.b = b
    self.c = c
    self.d = d
    self.e = e
    self.f = f
    self.g = g
    self.h = h
    self.i = i
  }

  @inlinable public func render(into writer: inout HTMLWriter) {
    a.render(into: &writer)
    b.render(into: &writer)
    c.render(into: &writer)
    d.render(into: &writer)
    e.render(into: &writer)
    f.render(into: &writer)
    g.render(into: &writer)
    h.render(into: &writer)
    i.render(into: &writer)
  }
}

/// Ten statements, written in order.
public struct G10<A: HTML, B: HTML, C: HTML, D: HTML, E: HTML, F: HTML, G: HTML, H: HTML, I: HTML, J: HTML>: HTML {
  @usableFromInline let a: A
  @usableFromInline let b: B
  @usableFromInline let c: C
  @usableFromInline let d: D
  @usableFromInline let e: E
  @usableFromInline let f: F
  @usableFromInline let g: G
  @usableFromInline let h: H
  @usableFromInline let i: I
  @usableFromInline let j: J

  @inlinable init(_ a: A, _ b: B, _ c: C, _ d: D, _ e: E, _ f: F, _ g: G, _ h: H, _ i: I, _ j: J) {
    self.a = a
    self.b = b
    self.c = c
    self.d = d
    self.e = e
    self.f = f
    self.g = g
    self.h = h
    self.i = i
    self.j = j
  }

  @inlinable public func render(into writer: inout HTMLWriter) {
    a.render(into: &writer)
    b.render(into: &writer)
    c.render(into: &writer)
    d.render(into: &writer)
    e.render(into: &writer)
    f.render(into: &writer)
    g.render(into: &writer)
    h.render(into: &writer)
    i.render(into: &writer)
    j.render(into: &writer)
  }
}
