import HTML

/// One error: a heading, an explanation, and a code to search for.
public struct ErrorRow: Component, Equatable, Sendable {
  /// Identifies the error within its job; `nil` if it has no identity.
  public var key: String?
  public var heading: String
  public var message: String
  public var code: String?

  public init(key: String? = nil, heading: String, message: String = "", code: String? = nil) {
    self.key = key
    self.heading = heading
    self.message = message
    self.code = code
  }

  static let blank = ErrorRow(heading: "")

  public var body: some HTML {
    div(.class("error-row"), .role("alert"), .data("key", key), .data("state", "failed")) {
      StatusSign(sign: "✗")
      div {
        p(.class("error-row__title"), .data("slot", "error-title")) { heading }
        p(.class("error-row__message"), .data("slot", "error-message"), .hidden(message.isEmpty)) { message }
        p(.class("error-row__code"), .data("slot", "error-code"), .hidden(code == nil)) { code ?? "" }
      }
      button(
        .class("button", "button--quiet", "button--icon", "needs-script"), .type("button"), .data("action", "dismiss"),
        .aria("label", "Dismiss error"), .title("Dismiss")
      ) { Icon(.close) }
    }
  }
}

/// The errors of a job, newest first. Hidden if there are none.
public struct ErrorBanner: Component, Sendable {
  public var errors: [ErrorRow]

  public init(_ errors: [ErrorRow] = []) {
    self.errors = errors
  }

  public var body: some HTML {
    element("error-banner", .hidden(errors.isEmpty)) {
      div(.class("error-banner__rows"), .data("list", "errors")) { errors }
      template(.data("template", "error-row")) { ErrorRow.blank }
    }
  }
}
