import Components
import Domain
import HTML

/// The page for a failed request, with a link to the dashboard.
package struct ErrorPage: Component {
  package var heading: String
  /// What happened and what to do.
  package var message: String
  /// Such as `404 NOT_FOUND`.
  package var code: String
  /// The id under which the log has the cause, for an internal error.
  package var requestID: String?
  package var context: PageContext

  package init(
    heading: String, message: String, code: String, requestID: String? = nil, context: PageContext = .init()
  ) {
    self.heading = heading
    self.message = message
    self.code = code
    self.requestID = requestID
    self.context = context
  }

  package init(_ error: AppError, requestID: String? = nil, context: PageContext = .init()) {
    self.init(
      heading: Self.heading(error.code), message: error.message, code: "\(error.status) \(error.code.rawValue)",
      requestID: error.code == .internal ? requestID : nil, context: context)
  }

  private static func heading(_ code: AppError.Code) -> String {
    switch code {
    case .notFound: "Not found"
    case .unauthorized, .forbidden: "You may not see this"
    case .conflict, .preconditionFailed: "You can't do that right now"
    case .tooLarge: "That is too large"
    case .internal: "Something broke on our side"
    case .storageFull, .storageUnavailable: "Nothing can be stored"
    case .unavailable, .tooManyConnections, .rateLimited: "Not right now"
    case .invalid, .methodNotAllowed, .notAcceptable, .unsupportedMediaType, .rangeNotSatisfiable, .misdirected,
      .unprocessable, .upgradeRequired:
      "That request can't be answered"
    }
  }

  package var body: some HTML {
    PageShell(
      pageTitle: "\(heading) · Telltale", assets: context.assets, api: context.api, storage: context.storageBanner
    ) {
      div(.class("error-page")) {
        p(.class("error-page__code")) { code }
        h1 { heading }
        p(.class("muted")) { message }
        if let requestID {
          p(.class("field__hint")) {
            "Request "
            HTML::code { requestID }
          }
        }
        p(.class("error-page__actions")) {
          a(.class("button", "button--primary"), .href(.dashboard)) { "To the dashboard" }
        }
      }
    }
  }
}

/// The page for an unknown path.
package struct NotFoundPage: Component {
  /// The subject that was not found, such as `Job job-9`.
  package var subject: String
  package var context: PageContext

  package init(subject: String = "This page", context: PageContext = .init()) {
    self.subject = subject
    self.context = context
  }

  package var body: some HTML {
    ErrorPage(
      AppError(.notFound, "\(subject) was not found. It may have been deleted, or the address is mistyped."),
      context: context)
  }
}
