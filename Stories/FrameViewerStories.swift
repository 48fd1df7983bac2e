import Components

extension StoryCatalogue {
  static let frameViewer = StoryGroup(
    "FrameViewer",
    .story(
      "With boxes", controls: .flag("boxes", true), .flag("labels", true), .flag("pitch", false), .flag("radar", false)
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
    .story("Text source") { FrameViewer(emptyText: "This source has no pictures") },
    .story("Upright") { FrameViewer(image: SampleFrame.picture, width: 360, height: 640, caption: "Frame 1") }
  )
}
