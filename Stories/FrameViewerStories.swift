import Components

extension StoryCatalogue {
  static let frameViewer = StoryGroup(
    "FrameViewer",
    .story(
      "With boxes", controls: .flag("boxes", isOn: true), .flag("labels", isOn: true), .flag("pitch", isOn: false),
      .flag("radar", isOn: false)
    ) {
      props in
      FrameViewer(
        image: SampleFrame.picture, boxes: SampleFrame.boxes, caption: "Frame 402 · detect · 145.5 ms",
        controls: ControlPanel(
          layers: FrameLayers(
            boxes: props.flag("boxes"), labels: props.flag("labels"), pitch: props.flag("pitch"),
            radar: props.flag("radar")), framesKept: 60))
    },
    .story("Waiting") { FrameViewer() },
    .story("Text source") { FrameViewer(emptyText: "This source has no images") },
    .story("Portrait") { FrameViewer(image: SampleFrame.picture, width: 360, height: 640, caption: "Frame 1") }
  )
}
