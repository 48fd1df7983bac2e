import HTML

/// A state as sign and word, in its colour.
///
/// Which colour and which drawing is up to the `data-state` of this element or of the row around it, so that the script
/// changes one attribute and two texts.
struct StatusBadge: Component {
  var sign: String
  var word: String
  var signSlot: String
  var wordSlot: String
  /// `nil` where the row around it carries the state.
  var state: String?
  var isLarge = false

  var body: some HTML {
    span(.class("status-badge", isLarge ? "status-badge--large" : nil), .data("state", state)) {
      StatusSign(sign: sign, slotName: signSlot)
      span(.data("slot", wordSlot)) { word }
    }
  }
}

/// The sign of a state: a character in the markup, a drawing on the screen.
struct StatusSign: Component {
  var sign: String
  var slotName: String?

  var body: some HTML {
    span(.class("status-icon"), .data("slot", slotName), .aria("hidden", true)) { sign }
  }
}

/// The state of a job.
public struct JobStatus: Component, Sendable {
  public var state: JobState
  public var isLarge: Bool

  public init(_ state: JobState, isLarge: Bool = false) {
    self.state = state
    self.isLarge = isLarge
  }

  public var body: some HTML {
    StatusBadge(
      sign: state.sign, word: state.word, signSlot: "status-icon", wordSlot: "job-status", state: state.rawValue,
      isLarge: isLarge)
  }
}
