import HTML

/// Something is on its way. The words say what; the ring only says that it still is.
public struct LoadingSpinner: Component, Sendable {
  public var words: String
  public var isLarge: Bool

  public init(_ words: String = "Loading…", isLarge: Bool = false) {
    self.words = words
    self.isLarge = isLarge
  }

  public var body: some HTML {
    span(.class("loading-spinner", isLarge ? "loading-spinner--large" : nil), .role("status")) {
      span(.class("loading-spinner__ring"), .aria("hidden", true)) {}
      span { words }
    }
  }
}
