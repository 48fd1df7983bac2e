import HTML

/// A state as sign and label, in the state's colour.
///
/// The `data-state` of this element, or of the row around it, selects the colour and the drawing. To change the state,
/// the script sets one attribute and two texts.
struct StatusBadge: Component {
  var sign: String
  var label: String
  var signSlot: String
  var labelSlot: String
  /// `nil` if the row around the badge carries the state.
  var state: String?
  var isLarge = false

  var body: some HTML {
    span(.class("status-badge", isLarge ? "status-badge--large" : nil), .data("state", state)) {
      StatusSign(sign: sign, slotName: signSlot)
      span(.data("slot", labelSlot)) { label }
    }
  }
}

/// The sign of a state: a character in the markup that the style sheet replaces with a drawing.
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
      sign: state.sign, label: state.label, signSlot: "status-icon", labelSlot: "job-status", state: state.rawValue,
      isLarge: isLarge)
  }
}
