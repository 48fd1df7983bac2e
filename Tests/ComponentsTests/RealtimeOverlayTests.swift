import Components
import HTML
import Testing

struct RealtimeOverlayTests {
  @Test func `the overlay is hidden by default and contains every part`() {
    let markup = Markup(RealtimeOverlay())
    let root = markup.between("<realtime-overlay", and: ">") ?? ""
    #expect(root.hasSuffix(" hidden"))
    #expect(root.contains("data-state=\"idle\""))
    for part in [
      "<frame-viewer", "id=\"progress-bar\"", "id=\"plugin-inspector\"", "<error-banner", "<connection-badge",
      "data-action=\"close\"", "data-slot=\"announcer\" aria-live=\"polite\"",
    ] {
      #expect(markup.contains(part), "\(part)")
    }
  }

  @Test func `a visible overlay has its title, state and job`() {
    let markup = Markup(
      RealtimeOverlay(
        isVisible: true, title: "walk <1>", state: .running, jobID: "job-7", jobAddress: "/jobs/job-7"))
    let root = markup.between("<realtime-overlay", and: ">") ?? ""
    #expect(!root.contains("hidden"))
    #expect(root.contains("data-job-id=\"job-7\" data-state=\"running\""))
    #expect(markup.slot("overlay-title")?.text == "walk &lt;1&gt;")
    #expect(markup.contains("href=\"/jobs/job-7\""))
  }

  @Test func `an overlay in place has no close button`() {
    let markup = Markup(RealtimeOverlay(isVisible: true, placement: .inPlace))
    #expect(!markup.contains("data-action=\"close\""))
    #expect(!markup.contains("realtime-overlay--sheet"))
  }

  @Test func `the viewer is hidden for a job without pictures`() {
    #expect(Markup(RealtimeOverlay(viewer: nil)).slot("overlay-viewer")?.isHidden == true)
    #expect(Markup(RealtimeOverlay()).slot("overlay-viewer")?.isHidden == false)
  }

  @Test func `every id is unique`() {
    let markup = Markup(RealtimeOverlay())
    let ids = markup.text.split(separator: " id=\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
    #expect(!ids.isEmpty && ids.count == Set(ids).count, "\(ids)")
  }
}

struct FrameViewerTests {
  @Test(arguments: [
    "device-selector", "toggle-play-pause", "toggle-fullscreen", "toggle-overlay", "toggle-boxes", "toggle-labels",
    "toggle-pitch", "toggle-radar", "fps-slider",
  ])
  func `each control has its id`(id: String) {
    #expect(Markup(FrameViewer()).count(of: " id=\"\(id)\"") == 1)
  }

  @Test func `every toggle has its pressed state`() {
    let markup = Markup(ControlPanel(isPlaying: false, layers: .init(labels: false, radar: true)))
    for (id, isOn) in [
      ("play-pause", false), ("overlay", true), ("boxes", true), ("labels", false), ("pitch", false), ("radar", true),
      ("fullscreen", false),
    ] {
      let tag = markup.between("id=\"toggle-\(id)\"", and: ">") ?? ""
      #expect(tag.contains("aria-pressed=\"\(isOn)\""), "\(id): \(tag)")
    }
  }

  @Test(arguments: [(0, 1), (12, 12), (500, 30), (-3, 1)])
  func `the frame rate is clamped to its limits`(requested: Int, shown: Int) {
    let markup = Markup(ControlPanel(framesPerSecond: requested))
    #expect(markup.contains("min=\"1\" max=\"30\" value=\"\(shown)\""))
    #expect(markup.slot("fps-label")?.text == "\(shown) fps")
  }

  @Test func `boxes are drawn in source pixels over the newest frame`() {
    let box = FrameBox(x: 180, y: 220, width: 260, height: 310, caption: "person <0.92>")
    let markup = Markup(FrameViewer(image: "/v1/jobs/7/frames/1.png", width: 1280, height: 720, boxes: [box]))
    #expect(markup.contains("src=\"/v1/jobs/7/frames/1.png\""))
    #expect(markup.contains("viewBox=\"0 0 1280 720\""))
    #expect(markup.contains("data-slot=\"box\" x=\"180\" y=\"220\" width=\"260\" height=\"310\""))
    #expect(markup.slot("box-label")?.text == "person &lt;0.92&gt;")
    #expect(markup.contains("aria-label=\"1 box\""))
  }

  @Test func `labels stay inside the picture and don't overlap`() {
    func positions(_ boxes: FrameBox...) -> [[Double]?] {
      BoxLabel.all(for: boxes, width: 1000, height: 500, fontSize: 20).map { label in label.map { [$0.x, $0.y] } }
    }
    func box(
      _ x: Double, _ y: Double, width: Double = 80, height: Double = 80, caption: String = "person"
    ) -> FrameBox {
      FrameBox(x: x, y: y, width: width, height: height, caption: caption)
    }
    #expect(positions(box(100, 100), box(400, 10)) == [[100, 72], [400, 10]])
    #expect(positions(box(100, 100), box(110, 102), box(105, 104)) == [[100, 72], [110, 102], nil])
    #expect(positions(box(-30, 100)) == [[0, 72]])
    #expect(positions(box(0, 0, caption: ""), box(400, 100, width: 8), box(700, 100, height: 8)) == [nil, nil, nil])
    let cut = BoxLabel.all(
      for: [box(960, 100, width: 40, caption: "motion 0.92")], width: 1000, height: 500, fontSize: 20)[0]
    #expect(cut.map { ($0.x + $0.width).rounded() } == 1000)
  }

  @Test func `a job that has ended has no live controls, and its frames can be scrubbed`() {
    let markup = Markup(RealtimeOverlay(isVisible: true, state: .failed, viewer: FrameViewer()))
    #expect(markup.contains("aria-label=\"Frame controls\" data-ended"))
    #expect(markup.slot("scrub-label")?.text == "newest")
    #expect(!Markup(RealtimeOverlay(isVisible: true, state: .running)).contains("data-ended"))
  }

  @Test func `before the first frame the stage is reserved and says why it is empty`() {
    let markup = Markup(FrameViewer(emptyText: "This job has not started"))
    #expect(markup.slot("frame-image")?.isHidden == true)
    #expect(markup.slot("frame-empty")?.isHidden == false)
    #expect(markup.slot("frame-empty-text")?.text == "This job has not started")
  }

  @Test(arguments: [(0, 0, "1", "0 0 1 1"), (-1, 5, "0.2", "0 0 1 5"), (Int.min, 1, "1", "0 0 1 1")])
  func `a source without a size is rendered with a valid ratio`(
    width: Int, height: Int, ratio: String, viewBox: String
  ) {
    let markup = Markup(FrameViewer(width: width, height: height))
    #expect(markup.contains("--frame-ratio: \(ratio)\""))
    #expect(markup.contains("viewBox=\"\(viewBox)\""))
  }
}

struct DeviceComponentTests {
  @Test func `an unavailable device is listed with the reason and can't be selected`() {
    let devices = DeviceSelector(devices: [.init("cpu"), .init("cuda:0", unavailableReason: "no CUDA device")])
    let markup = Markup(devices)
    #expect(markup.contains("<option value=\"cpu\" selected>cpu</option>"))
    #expect(markup.contains("<option value=\"cuda:0\" disabled>cuda:0 (no CUDA device)</option>"))
  }

  @Test func `a fallback device is shown with the reason`() {
    let markup = Markup(DeviceIndicator(device: "cpu", fallbackReason: "cuda:0 is not available"))
    #expect(markup.contains("data-state=\"degraded\""))
    #expect(markup.slot("device")?.text == "cpu")
    #expect(markup.slot("device-reason")! == ("cuda:0 is not available", false))
    #expect(Markup(DeviceIndicator(device: nil)).slot("device")?.text == "–")
  }
}
