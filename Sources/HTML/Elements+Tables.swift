// Tables, HTML standard §4.9.

@inlinable public func table<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("table", attributes, content())
}

@inlinable public func caption<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("caption", attributes, content())
}

@inlinable public func colgroup<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("colgroup", attributes, content())
}

@inlinable public func tbody<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("tbody", attributes, content())
}

@inlinable public func thead<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("thead", attributes, content())
}

@inlinable public func tfoot<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("tfoot", attributes, content())
}

@inlinable public func tr<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("tr", attributes, content())
}

@inlinable public func td<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("td", attributes, content())
}

@inlinable public func th<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("th", attributes, content())
}

@inlinable public func col(_ attributes: Attribute...) -> VoidElement {
  VoidElement("col", attributes)
}
