// Text-level elements and edits, HTML standard §4.5 and §4.7.

@inlinable public func a<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("a", attributes, content())
}

@inlinable public func em<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("em", attributes, content())
}

@inlinable public func strong<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("strong", attributes, content())
}

@inlinable public func small<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("small", attributes, content())
}

@inlinable public func s<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("s", attributes, content())
}

@inlinable public func cite<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("cite", attributes, content())
}

@inlinable public func q<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("q", attributes, content())
}

@inlinable public func dfn<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("dfn", attributes, content())
}

@inlinable public func abbr<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("abbr", attributes, content())
}

@inlinable public func data<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("data", attributes, content())
}

@inlinable public func time<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("time", attributes, content())
}

@inlinable public func code<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("code", attributes, content())
}

@inlinable public func samp<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("samp", attributes, content())
}

@inlinable public func kbd<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("kbd", attributes, content())
}

@inlinable public func sub<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("sub", attributes, content())
}

@inlinable public func sup<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("sup", attributes, content())
}

@inlinable public func i<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("i", attributes, content())
}

@inlinable public func b<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("b", attributes, content())
}

@inlinable public func u<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("u", attributes, content())
}

@inlinable public func mark<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("mark", attributes, content())
}

@inlinable public func bdi<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("bdi", attributes, content())
}

@inlinable public func bdo<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("bdo", attributes, content())
}

@inlinable public func span<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("span", attributes, content())
}

@inlinable public func ins<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("ins", attributes, content())
}

@inlinable public func del<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("del", attributes, content())
}

@inlinable public func `var`<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("var", attributes, content())
}

@inlinable public func br(_ attributes: Attribute...) -> VoidElement {
  VoidElement("br", attributes)
}

@inlinable public func wbr(_ attributes: Attribute...) -> VoidElement {
  VoidElement("wbr", attributes)
}
