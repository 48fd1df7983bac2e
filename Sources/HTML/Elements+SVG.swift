// The SVG 2 shapes for icons, charts and the boxes over a frame. They are written with end tags, because HTML parsers
// don't treat them as void elements.

@inlinable public func svg<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("svg", attributes, content())
}

@inlinable public func g<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("g", attributes, content())
}

@inlinable public func defs<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("defs", attributes, content())
}

@inlinable public func symbol<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("symbol", attributes, content())
}

@inlinable public func text<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("text", attributes, content())
}

@inlinable public func tspan<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("tspan", attributes, content())
}

@inlinable public func desc<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("desc", attributes, content())
}

@inlinable public func linearGradient<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C>
{
  Element("linearGradient", attributes, content())
}

@inlinable public func clipPath<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("clipPath", attributes, content())
}

@inlinable public func use(_ attributes: Attribute...) -> Element<EmptyHTML> {
  Element("use", attributes, EmptyHTML())
}

@inlinable public func path(_ attributes: Attribute...) -> Element<EmptyHTML> {
  Element("path", attributes, EmptyHTML())
}

@inlinable public func rect(_ attributes: Attribute...) -> Element<EmptyHTML> {
  Element("rect", attributes, EmptyHTML())
}

@inlinable public func circle(_ attributes: Attribute...) -> Element<EmptyHTML> {
  Element("circle", attributes, EmptyHTML())
}

@inlinable public func ellipse(_ attributes: Attribute...) -> Element<EmptyHTML> {
  Element("ellipse", attributes, EmptyHTML())
}

@inlinable public func line(_ attributes: Attribute...) -> Element<EmptyHTML> {
  Element("line", attributes, EmptyHTML())
}

@inlinable public func polyline(_ attributes: Attribute...) -> Element<EmptyHTML> {
  Element("polyline", attributes, EmptyHTML())
}

@inlinable public func polygon(_ attributes: Attribute...) -> Element<EmptyHTML> {
  Element("polygon", attributes, EmptyHTML())
}

@inlinable public func stop(_ attributes: Attribute...) -> Element<EmptyHTML> {
  Element("stop", attributes, EmptyHTML())
}
