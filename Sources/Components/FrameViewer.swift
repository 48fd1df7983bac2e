import HTML

/// A detection in a frame, in source pixels.
public struct FrameBox: Component, Equatable, Sendable {
  public var x: Double
  public var y: Double
  public var width: Double
  public var height: Double
  /// Class and confidence, such as `person 0.92`.
  public var caption: String
  /// The layout of the caption; `nil` if there is no room for it.
  var label: BoxLabel?

  public init(x: Double, y: Double, width: Double, height: Double, caption: String) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
    self.caption = caption
  }

  static let blank = FrameBox(x: 0, y: 0, width: 0, height: 0, caption: "")

  public var body: some HTML {
    g(.class("frame-box"), .data("slot", "box-group")) {
      rect(.class("frame-box__outline"), .data("slot", "box"), .x(x), .y(y), .width(width), .height(height))
      rect(
        .class("frame-box__label-background"), .data("slot", "box-label-background"), .x(label?.x ?? 0),
        .y(label?.y ?? 0), .width(label?.width ?? 0), .height(label?.height ?? 0), .hidden(label == nil))
      text(
        .class("frame-box__label"), .data("slot", "box-label"), .x((label?.x ?? 0) + (label?.fontSize ?? 0) * 0.3),
        .y((label?.y ?? 0) + (label?.fontSize ?? 0) * 1.03), .hidden(label == nil)
      ) { caption }
    }
  }
}

/// The layers drawn over the frame.
public struct FrameLayers: Equatable, Sendable {
  public var overlay: Bool
  public var boxes: Bool
  public var labels: Bool
  public var pitch: Bool
  public var radar: Bool

  public init(
    overlay: Bool = true, boxes: Bool = true, labels: Bool = true, pitch: Bool = false, radar: Bool = false
  ) {
    self.overlay = overlay
    self.boxes = boxes
    self.labels = labels
    self.pitch = pitch
    self.radar = radar
  }
}

/// The newest frame of a job with its detections, and the controls below.
///
/// The stage reserves its space before the first picture arrives, so that the layout doesn't shift.
public struct FrameViewer: Component, Sendable {
  /// The URL of the picture; `nil` before the first frame.
  public var image: String?
  /// The width of the source, in pixels.
  public var width: Int
  /// The height of the source, in pixels.
  public var height: Int
  public var boxes: [FrameBox]
  /// The frame's number and the plugin that produced it.
  public var caption: String?
  /// Shown instead of a picture: says why there is none.
  public var emptyText: String
  public var controls: ControlPanel

  public init(
    image: String? = nil, width: Int = 1920, height: Int = 1080, boxes: [FrameBox] = [], caption: String? = nil,
    emptyText: String = "Waiting for the first frame", controls: ControlPanel = .init()
  ) {
    self.image = image
    self.width = max(1, width)
    self.height = max(1, height)
    self.boxes = boxes
    self.caption = caption
    self.emptyText = emptyText
    self.controls = controls
  }

  public var body: some HTML {
    element("frame-viewer") {
      div(
        .class("frame-viewer"), .data("overlay", onOff(controls.layers.overlay)),
        .data("boxes", onOff(controls.layers.boxes)), .data("labels", onOff(controls.layers.labels)),
        .data("pitch", onOff(controls.layers.pitch)), .data("radar", onOff(controls.layers.radar)),
        .property("--frame-ratio", Double(width) / Double(height))
      ) {
        div(.class("frame-viewer__stage"), .data("slot", "frame-stage")) { stage }
        controls
      }
      template(.data("template", "frame-box")) { svg { FrameBox.blank } }
      template(.data("template", "radar-dot")) { svg { circle(.data("slot", "dot")) } }
    }
  }

  private var viewBox: Attribute { .viewBox("0 0 \(width) \(height)") }

  /// 1/52 of the longer side, so that captions are legible at any picture size.
  private var fontSize: Double { (Double(max(width, height)) / 52).rounded() }

  private var stage: some HTML {
    group {
      img(
        .class("frame-viewer__image"), .data("slot", "frame-image"), .src(image), .alt(caption ?? ""),
        .width(width), .height(height), .decoding("async"), .hidden(image == nil))
      p(.class("frame-viewer__empty"), .data("slot", "frame-empty"), .hidden(image != nil)) {
        Icon(.frame)
        span(.data("slot", "frame-empty-text")) { emptyText }
      }
      svg(
        .class("frame-viewer__boxes"), .data("slot", "frame-boxes"), viewBox, .custom("font-size", fontSize),
        .role("img"), .aria("label", boxes.count == 1 ? "1 box" : "\(boxes.count) boxes")
      ) {
        ForEach(labelled) { $0 }
      }
      grid
      svg(.class("frame-viewer__radar"), .data("slot", "frame-radar"), viewBox, .aria("hidden", true)) {
        ForEach(boxes) { box in
          circle(
            .data("slot", "dot"), .cx(box.x + box.width / 2), .cy(box.y + box.height / 2), .r(Double(width) / 40))
        }
      }
      p(.class("frame-viewer__caption"), .data("slot", "frame-caption")) { caption ?? "" }
    }
  }

  /// A grid of sixths over the frame, for judging positions.
  private var grid: some HTML {
    svg(
      .class("frame-viewer__pitch"), .data("slot", "frame-pitch"), .viewBox("0 0 6 6"), .preserveAspectRatio("none"),
      .aria("hidden", true)
    ) {
      path(.d("M1 0v6M2 0v6M3 0v6M4 0v6M5 0v6M0 1h6M0 2h6M0 3h6M0 4h6M0 5h6"))
    }
  }

  private var labelled: [FrameBox] {
    let labels = BoxLabel.all(for: boxes, width: Double(width), height: Double(height), fontSize: fontSize)
    return zip(boxes, labels).map { box, label in
      var box = box
      box.label = label
      return box
    }
  }

  private func onOff(_ isOn: Bool) -> String { isOn ? "on" : "off" }
}
