// Forms, dialogs and disclosure elements, HTML standard §4.10 and §4.11.

@inlinable public func form<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("form", attributes, content())
}

@inlinable public func label<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("label", attributes, content())
}

@inlinable public func button<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("button", attributes, content())
}

@inlinable public func select<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("select", attributes, content())
}

@inlinable public func datalist<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("datalist", attributes, content())
}

@inlinable public func optgroup<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("optgroup", attributes, content())
}

@inlinable public func option<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("option", attributes, content())
}

@inlinable public func textarea<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("textarea", attributes, content())
}

@inlinable public func output<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("output", attributes, content())
}

@inlinable public func progress<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("progress", attributes, content())
}

@inlinable public func meter<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("meter", attributes, content())
}

@inlinable public func fieldset<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("fieldset", attributes, content())
}

@inlinable public func legend<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("legend", attributes, content())
}

@inlinable public func details<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("details", attributes, content())
}

@inlinable public func summary<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("summary", attributes, content())
}

@inlinable public func dialog<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("dialog", attributes, content())
}

@inlinable public func input(_ attributes: Attribute...) -> VoidElement {
  VoidElement("input", attributes)
}
