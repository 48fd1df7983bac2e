import HTML

/// The live view of a job: frames, progress, plugins, errors, and the state of the connection.
///
/// On the job's own page it is part of the content. Elsewhere it is a non-modal sheet at the side, hidden until the user
/// watches a job.
public struct RealtimeOverlay: Component, Sendable {
  public enum State: String, CaseIterable, Sendable {
    case idle, loading, running, completing, complete, failed, cancelled

    /// Whether the job has ended, so that no more frames are expected.
    var isFinal: Bool { self == .complete || self == .failed || self == .cancelled }
  }

  public enum Placement: Sendable {
    case inPlace, sheet
  }

  public var isVisible: Bool
  public var title: String
  public var state: State
  public var placement: Placement
  /// The id of the job on display. The script subscribes to its messages.
  public var jobID: String?
  /// The URL of the job's page.
  public var jobAddress: String?
  public var progress: ProgressBar
  public var inspector: PluginInspector
  /// `nil` if the job has no pictures. The viewer is then rendered hidden, because the sheet may show another job next.
  public var viewer: FrameViewer?
  public var errors: ErrorBanner
  public var connection: ConnectionBadge

  public init(
    isVisible: Bool = false, title: String = "Live", state: State = .idle, placement: Placement = .sheet,
    jobID: String? = nil, jobAddress: String? = nil,
    progress: ProgressBar = .init(percent: nil, stage: "Waiting for the job", state: .idle),
    inspector: PluginInspector = .init(), viewer: FrameViewer? = .init(), errors: ErrorBanner = .init(),
    connection: ConnectionBadge = .init()
  ) {
    self.isVisible = isVisible
    self.title = title
    self.state = state
    self.placement = placement
    self.jobID = jobID
    self.jobAddress = jobAddress
    self.progress = progress
    self.inspector = inspector
    self.viewer = viewer
    self.errors = errors
    self.connection = connection
  }

  public var body: some HTML {
    element(
      "realtime-overlay", .class("realtime-overlay", isSheet ? "realtime-overlay--sheet" : nil), .role("region"),
      .aria("label", "Live view of the job"), .data("job-id", jobID), .data("state", state.rawValue),
      .hidden(!isVisible)
    ) {
      overlayHeader
      errors
      div(.class("realtime-overlay__body")) {
        div(.class("realtime-overlay__progress", "card")) { progress }
        div(.class("realtime-overlay__viewer"), .data("slot", "overlay-viewer"), .hidden(viewer == nil)) {
          shownViewer
        }
        div(.class("realtime-overlay__inspector")) { inspector }
      }
      p(.class("visually-hidden"), .data("slot", "announcer"), .aria("live", "polite")) {}
    }
  }

  private var isSheet: Bool { placement == .sheet }

  private var shownViewer: FrameViewer {
    var shown = viewer ?? FrameViewer()
    shown.controls.isLive = shown.controls.isLive && !state.isFinal
    return shown
  }

  private var overlayHeader: some HTML {
    div(.class("realtime-overlay__header")) {
      h2(.class("realtime-overlay__title"), .data("slot", "overlay-title"), .tabindex(-1)) { title }
      div(.class("realtime-overlay__end")) {
        connection
        if isSheet {
          a(.class("button", "button--quiet"), .href(jobAddress), .data("slot", "overlay-link")) {
            "Open page"
          }
          button(
            .class("button", "button--quiet", "button--icon"), .type("button"), .data("action", "close"),
            .aria("label", "Close live view"), .title("Close (Escape)")
          ) { Icon(.close) }
        }
      }
    }
  }
}
