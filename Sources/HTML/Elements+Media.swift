// Embedded content, HTML standard §4.8.

@inlinable public func picture<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("picture", attributes, content())
}

@inlinable public func iframe<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("iframe", attributes, content())
}

@inlinable public func video<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("video", attributes, content())
}

@inlinable public func audio<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("audio", attributes, content())
}

@inlinable public func canvas<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("canvas", attributes, content())
}

@inlinable public func img(_ attributes: Attribute...) -> VoidElement {
  VoidElement("img", attributes)
}

@inlinable public func source(_ attributes: Attribute...) -> VoidElement {
  VoidElement("source", attributes)
}

@inlinable public func track(_ attributes: Attribute...) -> VoidElement {
  VoidElement("track", attributes)
}

@inlinable public func embed(_ attributes: Attribute...) -> VoidElement {
  VoidElement("embed", attributes)
}
