import HTML

/// Shows that something is loading. The label says what; the ring is decorative.
public struct LoadingSpinner: Component, Sendable {
  public var label: String
  public var isLarge: Bool

  public init(_ label: String = "Loading…", isLarge: Bool = false) {
    self.label = label
    self.isLarge = isLarge
  }

  public var body: some HTML {
    span(.class("loading-spinner", isLarge ? "loading-spinner--large" : nil), .role("status")) {
      span(.class("loading-spinner__ring"), .aria("hidden", true)) {}
      span { label }
    }
  }
}
