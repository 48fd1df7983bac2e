import Components
import Domain
import JSONValues

// Initialisers that convert values of Domain into props.

extension JobState {
  init(_ status: Domain.JobStatus) {
    switch status {
    case .queued: self = .queued
    case .running: self = .running
    case .succeeded: self = .succeeded
    case .failed: self = .failed
    case .cancelled: self = .cancelled
    }
  }
}

extension WarningRow.Severity {
  init(_ severity: Domain.Severity) {
    switch severity {
    case .low: self = .low
    case .medium: self = .medium
    case .high: self = .high
    }
  }
}

extension PluginRow.State {
  /// - Parameter isOver: Whether the job has ended, so that a running plugin has stopped.
  init(_ status: PluginStatus, isOver: Bool) {
    switch status {
    case .started where isOver, .running where isOver: self = .stopped
    case .started: self = .started
    case .running: self = .running
    case .completed: self = .completed
    case .failed: self = .failed
    }
  }
}

extension Moment {
  /// `just now`, `3 min ago`, `2 h ago`, `5 d ago`.
  init(_ time: Timestamp, now: Timestamp) {
    let minutes = max(0, now.milliseconds - time.milliseconds) / 60_000
    let words =
      switch minutes {
      case 0: "just now"
      case ..<60: "\(minutes) min ago"
      case ..<(24 * 60): "\(minutes / 60) h ago"
      default: "\(minutes / 60 / 24) d ago"
      }
    self.init(iso: time.description, text: words)
  }
}

extension WarningRow {
  init(_ warning: Warning) {
    self.init(
      plugin: warning.plugin, message: warning.message, severity: .init(warning.severity),
      frame: warning.frameID.map(String.init))
  }
}

extension PluginRow {
  init(_ state: Domain.PluginState, metadata: JSONObject?, isOver: Bool) {
    self.init(
      name: state.plugin, state: .init(state.status, isOver: isOver), timing: state.milliseconds,
      metadata: metadata.map(Fact.all) ?? [],
      statistics: .init(
        median: state.statistics?.p50, p95: state.statistics?.p95, maximum: state.statistics?.max,
        frames: state.framesProcessed > 0 ? state.framesProcessed : nil, health: state.health?.rawValue))
  }
}

extension Fact {
  /// A plugin's metadata for people. Members that are missing, empty or of another type are left out.
  static func all(in metadata: JSONObject) -> [Fact] {
    func text(_ member: String) -> String { metadata[member]?.stringValue ?? "" }
    func list(_ member: String) -> String {
      (metadata[member]?.arrayValue ?? []).compactMap(\.stringValue).joined(separator: ", ")
    }
    let budget = metadata["latency_budget_ms"]?.doubleValue
    return [
      Fact("Description", text("description")), Fact("Version", text("version")), Fact("Model", text("model")),
      Fact("Input", text("input_shape")), Fact("Output", text("output_format")),
      Fact("Confidence", metadata["confidence_default"]?.doubleValue.map { "\($0)" } ?? ""),
      Fact("Capabilities", list("capabilities")), Fact("Tags", list("tags")), Fact("Author", text("author")),
      Fact("Latency budget", budget.map(Readable.milliseconds) ?? ""),
    ].filter { !$0.detail.isEmpty }
  }
}

extension FrameBox {
  /// The boxes of a frame's `data`, `{boxes: [{x, y, width, height, confidence, class}]}`. Invalid boxes are left out.
  static func all(in data: JSONObject) -> [FrameBox] {
    (data["boxes"]?.arrayValue ?? []).compactMap { box in
      guard let x = box["x"]?.doubleValue, let y = box["y"]?.doubleValue, let width = box["width"]?.doubleValue,
        let height = box["height"]?.doubleValue, width >= 0, height >= 0
      else { return nil }
      let confidence = box["confidence"]?.doubleValue.flatMap(twoDecimals)
      let caption = [box["class"].flatMap(name), confidence].compactMap(\.self).joined(separator: " ")
      return FrameBox(x: x, y: y, width: width, height: height, caption: caption)
    }
  }

  /// The name of a class, or its number for detectors without names.
  private static func name(_ value: JSON) -> String? {
    value.intValue.map(String.init) ?? value.stringValue.flatMap { $0.isEmpty ? nil : $0 }
  }

  private static func twoDecimals(_ value: Double) -> String? {
    guard (0...1).contains(value) else { return nil }
    let hundredths = Int((value * 100).rounded())
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
  }
}

extension DeviceSelector.Device {
  init(_ availability: DeviceAvailability) {
    self.init(availability.device.description, unavailableReason: availability.unavailableReason)
  }
}

extension ResultValue {
  init(_ json: JSON) {
    switch json {
    case .null: self = .text(Readable.unknown)
    case .bool(let value): self = .text(value ? "yes" : "no")
    case .int(let value): self = .text(String(value))
    case .double(let value): self = .text(String(value))
    case .string(let value): self = .text(value)
    case .array(let elements): self = .list(elements.map(ResultValue.init))
    case .object(let object): self.init(object)
    }
  }

  init(_ object: JSONObject) {
    self = .members(object.members.map { .init($0.key, ResultValue($0.value)) })
  }
}

extension StorageBanner.Failure {
  /// The time is in UTC, since the server doesn't know the visitor's zone. The script replaces it.
  init(_ failure: StorageFailure) {
    let iso = failure.since.description
    self.init(
      since: "\(iso.prefix(10)) \(iso.dropFirst(11).prefix(8)) UTC", sinceISO: iso, reason: failure.reason)
  }
}
