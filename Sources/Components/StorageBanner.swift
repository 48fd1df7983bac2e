import HTML

/// Says that the server can't store anything, since when, and why. Hidden while it can.
///
/// It is part of every page. On pages with a live view the script shows and hides it. Others, such as error pages and the
/// story catalogue, keep the state from when they were rendered.
public struct StorageBanner: Component, Equatable, Sendable {
  /// What the banner says.
  public struct Failure: Equatable, Sendable {
    /// When the failure began, in words.
    public var since: String
    /// The same time in ISO 8601.
    public var sinceISO: String
    /// What happened and what to do, in sentences.
    public var reason: String

    public init(since: String, sinceISO: String, reason: String) {
      self.since = since
      self.sinceISO = sinceISO
      self.reason = reason
    }
  }

  public var failure: Failure?

  public init(_ failure: Failure? = nil) {
    self.failure = failure
  }

  public var body: some HTML {
    element(
      "storage-banner", .class("storage-banner"), .role("alert"), .data("state", "failed"), .hidden(failure == nil)
    ) {
      StatusSign(sign: "✗")
      div {
        p(.class("storage-banner__title")) {
          "Nothing can be stored since "
          time(.datetime(failure?.sinceISO), .data("slot", "storage-since")) { failure?.since ?? "" }
        }
        p(.class("storage-banner__message")) {
          span(.data("slot", "storage-reason")) { failure?.reason ?? "" }
          " What this page shows is the state before that. New jobs and reports are refused; running jobs can still be cancelled."
        }
      }
    }
  }
}
