import HTML

/// Whether what the page shows is live.
public struct ConnectionBadge: Component, Sendable {
  public enum State: Equatable, Sendable {
    case connecting
    case live
    case reconnecting
    /// The time of the newest data, such as `14:02:11`.
    case offline(asOf: String?)
    /// For good; a button starts anew.
    case closed(reason: String?)

    public var name: String {
      switch self {
      case .connecting: "connecting"
      case .live: "live"
      case .reconnecting: "reconnecting"
      case .offline: "offline"
      case .closed: "closed"
      }
    }

    public var words: String {
      switch self {
      case .connecting: "Connecting…"
      case .live: "Live"
      case .reconnecting: "Reconnecting…"
      case .offline(let time): time.map { "Offline: showing data as of \($0)" } ?? "Offline"
      case .closed(let reason): reason.map { "Disconnected: \($0)" } ?? "Disconnected"
      }
    }
  }

  public var state: State

  public init(_ state: State = .connecting) {
    self.state = state
  }

  public var body: some HTML {
    element("connection-badge", .class("needs-script"), .data("state", state.name)) {
      span(.class("connection-badge"), .role("status")) {
        span(.class("connection-badge__lamp"), .aria("hidden", true)) {}
        span(.data("slot", "connection-label")) { state.words }
      }
      button(.class("button"), .type("button"), .data("action", "reconnect"), .hidden(!isClosed)) {
        Icon(.retry)
        "Reconnect now"
      }
    }
  }

  private var isClosed: Bool { state.name == "closed" }
}
