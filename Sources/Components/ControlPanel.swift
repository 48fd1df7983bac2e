import HTML

/// What can be done with the frames: stop them, go back through those kept, choose what is drawn and how many are shown.
///
/// All of it needs the script, which also remembers the choices. The ids are those that people's own scripts use.
public struct ControlPanel: Component, Sendable {
  public static let frameRates = 1...30

  public var isPlaying: Bool
  public var layers: FrameLayers
  /// At most so many frames are shown a second.
  public var framesPerSecond: Int
  /// How many frames can be gone back through.
  public var framesKept: Int
  public var devices: DeviceSelector
  /// Whether more frames come; else what only steers their coming is not shown.
  public var isLive: Bool
  /// Which of the frames is shown; `nil` is the newest.
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
        div(.class("control-panel__toggles"), .role("group"), .aria("label", "Shown over the frame")) {
          toggle("toggle-overlay", .layers, "Overlay", layers.overlay)
          toggle("toggle-boxes", .boxes, "Boxes", layers.boxes)
          toggle("toggle-labels", .labels, "Labels", layers.labels)
          toggle("toggle-pitch", .pitch, "Pitch", layers.pitch)
          toggle("toggle-radar", .radar, "Radar", layers.radar)
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
    HTML::label(.class("control-panel__speed"), .title("Frames shown a second, at most")) {
      Icon(.speed)
      span(.class("visually-hidden")) { "Frames shown a second, at most" }
      input(
        .id("fps-slider"), .class("range"), .type("range"), .min(Self.frameRates.lowerBound),
        .max(Self.frameRates.upperBound), .value(framesPerSecond))
      output(.data("slot", "fps-label"), .for("fps-slider")) { "\(framesPerSecond) fps" }
    }
  }

  private func toggle(_ id: String, _ shape: Icon.Shape, _ word: String, _ isOn: Bool) -> some HTML {
    button(.id(id), .class("button"), .type("button"), .aria("pressed", isOn), .title(word)) {
      Icon(shape)
      span(.class("button__label")) { word }
    }
  }
}
