// Sections and grouping content, HTML standard §4.3 and §4.4.

@inlinable public func head<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("head", attributes, content())
}

@inlinable public func body<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("body", attributes, content())
}

@inlinable public func article<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("article", attributes, content())
}

@inlinable public func section<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("section", attributes, content())
}

@inlinable public func nav<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("nav", attributes, content())
}

@inlinable public func aside<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("aside", attributes, content())
}

@inlinable public func h1<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("h1", attributes, content())
}

@inlinable public func h2<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("h2", attributes, content())
}

@inlinable public func h3<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("h3", attributes, content())
}

@inlinable public func h4<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("h4", attributes, content())
}

@inlinable public func h5<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("h5", attributes, content())
}

@inlinable public func h6<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("h6", attributes, content())
}

@inlinable public func hgroup<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("hgroup", attributes, content())
}

@inlinable public func header<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("header", attributes, content())
}

@inlinable public func footer<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("footer", attributes, content())
}

@inlinable public func main<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("main", attributes, content())
}

@inlinable public func address<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("address", attributes, content())
}

@inlinable public func search<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("search", attributes, content())
}

@inlinable public func p<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("p", attributes, content())
}

@inlinable public func pre<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("pre", attributes, content())
}

@inlinable public func blockquote<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("blockquote", attributes, content())
}

@inlinable public func ol<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("ol", attributes, content())
}

@inlinable public func ul<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("ul", attributes, content())
}

@inlinable public func menu<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("menu", attributes, content())
}

@inlinable public func li<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("li", attributes, content())
}

@inlinable public func dl<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("dl", attributes, content())
}

@inlinable public func dt<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("dt", attributes, content())
}

@inlinable public func dd<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("dd", attributes, content())
}

@inlinable public func figure<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("figure", attributes, content())
}

@inlinable public func figcaption<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("figcaption", attributes, content())
}

@inlinable public func div<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("div", attributes, content())
}

@inlinable public func hr(_ attributes: Attribute...) -> VoidElement {
  VoidElement("hr", attributes)
}
