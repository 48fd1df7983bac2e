import HTML

/// The controls of the frame viewer: play and pause, scrubbing, overlay layers, frame rate and device.
///
/// All of them need the script, which also saves the choices. The ids are public: users' own scripts rely on them.
public struct ControlPanel: Component, Sendable {
  public static let frameRates = 1...30

  public var isPlaying: Bool
  public var layers: FrameLayers
  /// The maximum number of frames shown per second.
  public var framesPerSecond: Int
  /// The number of frames available for scrubbing.
  public var framesKept: Int
  public var devices: DeviceSelector
  /// Whether more frames are expected. If not, the controls that only affect live playback are hidden.
  public var isLive: Bool
  /// A label for the frame on display; `nil` for the newest.
  public var position: String?

  public init(
    isPlaying: Bool = true, layers: FrameLayers = .init(), framesPerSecond: Int = 15, framesKept: Int = 0,
    devices: DeviceSelector = .init(), isLive: Bool = true, position: String? = nil
  ) {
    self.isPlaying = isPlaying
    self.layers = layers
    self.framesPerSecond = min(max(framesPerSecond, Self.frameRates.lowerBound), Self.frameRates.upperBound)
    self.framesKept = max(0, framesKept)
    self.devices = devices
    self.isLive = isLive
    self.position = position
  }

  public var body: some HTML {
    element("control-panel", .class("needs-script")) {
      div(.class("control-panel"), .role("group"), .aria("label", "Frame controls"), .when(!isLive, .data("ended"))) {
        playButton
        scrubber
        div(.class("control-panel__toggles"), .role("group"), .aria("label", "Layers over the frame")) {
          toggle("Overlay", id: "toggle-overlay", icon: .layers, isOn: layers.overlay)
          toggle("Boxes", id: "toggle-boxes", icon: .boxes, isOn: layers.boxes)
          toggle("Labels", id: "toggle-labels", icon: .labels, isOn: layers.labels)
          toggle("Pitch", id: "toggle-pitch", icon: .pitch, isOn: layers.pitch)
          toggle("Radar", id: "toggle-radar", icon: .radar, isOn: layers.radar)
        }
        speed
        devices
        button(
          .id("toggle-fullscreen"), .class("button", "button--quiet", "button--icon", "control-panel__end"),
          .type("button"), .aria("pressed", false), .aria("label", "Full screen"), .title("Full screen")
        ) { Icon(.fullscreen) }
      }
    }
  }

  private var playButton: some HTML {
    button(
      .id("toggle-play-pause"), .class("button", "button--icon", "control-panel__play"), .type("button"),
      .aria("pressed", isPlaying), .aria("label", "Play"), .title("Play or pause")
    ) {
      Icon(.pause, part: "button__when-pressed")
      Icon(.play, part: "button__when-released")
    }
  }

  private var scrubber: some HTML {
    HTML::label(.class("control-panel__scrub")) {
      span(.class("visually-hidden")) { "Frame" }
      input(
        .class("range"), .type("range"), .data("action", "scrub"), .min(0), .max(max(0, framesKept - 1)),
        .value(max(0, framesKept - 1)), .disabled(framesKept < 2))
      output(.data("slot", "scrub-label")) { position ?? (isLive ? "live" : "newest") }
    }
  }

  private var speed: some HTML {
    HTML::label(.class("control-panel__speed"), .title("Maximum frames per second")) {
      Icon(.speed)
      span(.class("visually-hidden")) { "Maximum frames per second" }
      input(
        .id("fps-slider"), .class("range"), .type("range"), .min(Self.frameRates.lowerBound),
        .max(Self.frameRates.upperBound), .value(framesPerSecond))
      output(.data("slot", "fps-label"), .for("fps-slider")) { "\(framesPerSecond) fps" }
    }
  }

  private func toggle(_ label: String, id: String, icon: Icon.Shape, isOn: Bool) -> some HTML {
    button(.id(id), .class("button"), .type("button"), .aria("pressed", isOn), .title(label)) {
      Icon(icon)
      span(.class("button__label")) { label }
    }
  }
}
