import HTML

/// Shows whether the data on the page is live.
public struct ConnectionBadge: Component, Sendable {
  public enum State: Equatable, Sendable {
    case connecting
    case live
    case reconnecting
    case offline
    /// The client has given up. The badge offers a button to reconnect.
    case closed(reason: String?)
    /// The job no longer exists on the server, so reconnecting is pointless.
    case gone

    /// The value of `data-state`, which selects the colour.
    public var name: String {
      switch self {
      case .connecting: "connecting"
      case .live: "live"
      case .reconnecting: "reconnecting"
      case .offline: "offline"
      case .closed: "closed"
      case .gone: "gone"
      }
    }
  }

  public var state: State
  /// The time at which the data on the page was last current, such as `14:02:11`; `nil` while it is current.
  public var asOf: String?

  public init(_ state: State = .connecting, asOf: String? = nil) {
    self.state = state
    self.asOf = asOf
  }

  public var body: some HTML {
    element("connection-badge", .class("needs-script"), .data("state", state.name)) {
      span(.class("connection-badge"), .role("status")) {
        span(.class("connection-badge__lamp"), .aria("hidden", true)) {}
        span(.class("connection-badge__words")) {
          span(.data("slot", "connection-label")) { label }
          " "
          span(.class("connection-badge__as-of"), .data("slot", "connection-as-of"), .hidden(asOf == nil)) {
            asOf.map { "as of \($0)" } ?? ""
          }
        }
      }
      button(.class("button"), .type("button"), .data("action", "reconnect"), .hidden(!isClosed)) {
        Icon(.retry)
        "Reconnect now"
      }
    }
  }

  private var label: String {
    switch state {
    case .connecting: "Connecting…"
    case .live: "Live"
    case .reconnecting: "Reconnecting…"
    case .offline: asOf == nil ? "Offline" : "Offline: showing data"
    case .closed(let reason): reason.map { "Disconnected: \($0)" } ?? "Disconnected"
    case .gone: "No longer on the server"
    }
  }

  private var isClosed: Bool { state.name == "closed" }
}
