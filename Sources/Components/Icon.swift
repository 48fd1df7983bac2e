import HTML

/// A 16 × 16 drawing in the colour of the surrounding text. Hidden from screen readers; a text label carries the meaning.
public struct Icon: Component, Sendable {
  /// The raw value is the data of one stroked SVG path.
  public enum Shape: String, CaseIterable, Sendable {
    case bell = "M8 2.25a4 4 0 0 0-4 4v2.5l-1.25 2.5h10.5L12 8.75v-2.5a4 4 0 0 0-4-4ZM6.5 13.75h3"
    case boxes = "M2.5 4.5v-2h2m7 0h2v2m0 7v2h-2m-7 0h-2v-2M5.5 5.5h5v5h-5z"
    case cancel = "M8 2.25a5.75 5.75 0 1 0 0 11.5 5.75 5.75 0 0 0 0-11.5ZM6.25 6.25h3.5v3.5h-3.5z"
    case chevron = "m6.25 4 4 4-4 4"
    case close = "m4 4 8 8m0-8-8 8"
    case copy = "M6 6h7.5v7.5H6zM10 6V2.5H2.5V10H6"
    case delete = "M2.75 4.25h10.5M6.25 4.25v-1.5h3.5v1.5m-5.5 0 .5 9h6.5l.5-9M6.75 7v3.5m2.5-3.5v3.5"
    case device = "M4.5 4.5h7v7h-7zM6.5 4.5v-2m3 2v-2m-3 11v-2m3 2v-2m-5-5h-2m2 3h-2m11-3h-2m2 3h-2"
    case frame = "M2.25 3.5h11.5v9H2.25zM2.5 10.75l3-3 2.5 2.5 2-1.75 3.5 3M10.5 6.25h.01"
    case fullscreen = "M2.75 6V2.75H6m4 0h3.25V6m0 4v3.25H10m-4 0H2.75V10"
    case inbox = "M2.25 9 4 3.25h8L13.75 9v3.75H2.25zm0 0H5.5l1 1.75h3l1-1.75h3.25"
    case labels = "M2.5 2.5h5l6 6-5 5-6-6zM5.25 5.25h.01"
    case layers = "m8 2.25 5.75 3L8 8.25l-5.75-3zm-5.75 6L8 11.25l5.75-3m-5.75 5.5-5.75-3m11.5 0-5.75 3"
    case moon = "M13.25 9.6A5.6 5.6 0 0 1 6.4 2.75a5.6 5.6 0 1 0 6.85 6.85Z"
    case pause = "M5.25 3.25v9.5m5.5-9.5v9.5"
    case pitch = "M2.25 2.75h11.5v10.5H2.25zM8 2.75v10.5M2.25 8h11.5"
    case play = "M5 3.25v9.5L12.5 8z"
    case plus = "M8 3.25v9.5M3.25 8h9.5"
    case puzzle = "M6.25 4.5a1.5 1.5 0 1 1 3 0h3v3a1.5 1.5 0 1 1 0 3v3h-9v-9z"
    case radar = "M8 8l4-4M8 2.25A5.75 5.75 0 1 0 13.75 8M8 5.25A2.75 2.75 0 1 0 10.75 8"
    case retry = "M13 6.25A5.25 5.25 0 1 0 13.25 9M13.25 2.75v3.5h-3.5"
    case speed = "M3.4 12.25a5.75 5.75 0 1 1 9.2 0M8 9l2.75-3"
    case sun =
      "M8 5.25a2.75 2.75 0 1 0 0 5.5 2.75 2.75 0 0 0 0-5.5ZM8 2v1m0 10v1M2 8h1m10 0h1M4 4l.5.5m7 7 .5.5m0-8-.5.5m-7 7-.5.5"
    case upload = "M8 10.25v-7m-3 3 3-3 3 3M2.75 10.5v2.75h10.5V10.5"
    case warning = "M8 2.4 14.2 13H1.8zm0 4.1v2.9m0 1.6v.1"
    case watch =
      "M1.75 8S4 3.75 8 3.75 14.25 8 14.25 8 12 12.25 8 12.25 1.75 8 1.75 8ZM8 6.25a1.75 1.75 0 1 0 0 3.5 1.75 1.75 0 0 0 0-3.5Z"
  }

  public var shape: Shape
  /// An extra class, used by the parent component to show or hide the icon.
  public var part: String?

  public init(_ shape: Shape, part: String? = nil) {
    self.shape = shape
    self.part = part
  }

  public var body: some HTML {
    svg(.class("icon", part), .viewBox("0 0 16 16"), .aria("hidden", true), .focusable("false")) {
      path(.d(shape.rawValue))
    }
  }
}
