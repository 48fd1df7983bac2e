import Components

extension StoryCatalogue {
  static let controlPanel = StoryGroup(
    "ControlPanel",
    .story(
      "Playing", controls: .flag("playing", isOn: true), .number("fps", initial: 24, in: 1...30),
      .number("frames kept", initial: 60, in: 0...500)
    ) { props in
      ControlPanel(
        isPlaying: props.flag("playing"), framesPerSecond: Int(props.number("fps")),
        framesKept: Int(props.number("frames kept")), devices: DeviceSelector(devices: SampleJob.devices))
    },
    .story("Job ended") { ControlPanel(framesKept: 60, isLive: false, position: "frame 402") },
    .story("Paused, no frames") { ControlPanel(isPlaying: false) })
}
