import Domain
import JSONValues

/// A step of a job's pipeline. Each job has its own instance, used from one thread.
///
/// Throwing fails the job. Throw ``PluginError/soft(_:)`` if only one frame is affected: it becomes a warning, and the job
/// goes on.
package protocol Plugin {
  var metadata: PluginMetadata { get }

  /// What ``process(_:context:)`` reads of a frame. A plugin that only needs brightness returns `.luma`: if no plugin of a
  /// job needs colours, and the job keeps no pictures, its video is never converted to RGB.
  ///
  /// This is converted before the plugin's time is measured. Anything else that the plugin reads is converted then, and
  /// counts as its time.
  var input: FrameInput { get }

  /// Called once, before the first frame. Declare options in ``PluginMetadata/options``, so that a job with a wrong one
  /// is refused before it starts. If only the plugin can check an option, throw
  /// ``PluginError/invalidOption(name:expected:)`` here: its message is shown to the person who set the option.
  mutating func prepare(_ context: PluginContext) throws

  /// Called for each frame, in order.
  mutating func process(_ frame: SourceFrame, context: PluginContext) throws -> PluginOutput

  /// Called once, after the last frame. The output's `result` becomes the plugin's result.
  mutating func finalize(_ context: PluginContext) throws -> PluginOutput
}

/// What a plugin knows about its job.
package struct PluginContext: Sendable {
  package var jobID: String
  /// What the plugin runs on, which may not be the requested device.
  package var device: Device
  /// The options for this plugin: the member of the job's `options` under the plugin's name.
  package var options: JSONObject
  /// Frames of the whole source; nil if unknown.
  package var frameCount: Int?

  package init(jobID: String, device: Device = .cpu, options: JSONObject = [:], frameCount: Int? = nil) {
    self.jobID = jobID
    self.device = device
    self.options = options
    self.frameCount = frameCount
  }

  /// The value of an option that is a number, or its default.
  /// - Throws: ``PluginError/invalidOption(name:expected:)`` if it is not a number or out of range.
  package func number(_ option: PluginOption) throws -> Double {
    guard case .number(_, let standard) = option.value else { preconditionFailure("\(option.name) is an integer") }
    guard let json = options[option.name] else { return standard }
    guard option.accepts(json), let value = json.doubleValue else {
      throw PluginError.invalidOption(name: option.name, expected: option.phrase)
    }
    return value
  }

  /// As ``number(_:)``, for whole numbers.
  package func integer(_ option: PluginOption) throws -> Int {
    guard case .integer(_, let standard) = option.value else { preconditionFailure("\(option.name) is no integer") }
    guard let json = options[option.name] else { return standard }
    guard option.accepts(json), let value = json.intValue else {
      throw PluginError.invalidOption(name: option.name, expected: option.phrase)
    }
    return value
  }
}

/// What a plugin found in a frame, or in all of them.
package struct PluginOutput: Equatable, Sendable {
  package var boxes: [Box]
  /// Other members of the `frame` message's `data`.
  package var data: JSONObject
  /// Becomes a `partial_result`; nil if there is none.
  package var result: JSONObject?
  package var warnings: [PluginWarning]

  package init(
    boxes: [Box] = [], data: JSONObject = [:], result: JSONObject? = nil, warnings: [PluginWarning] = []
  ) {
    self.boxes = boxes
    self.data = data
    self.result = result
    self.warnings = warnings
  }

  /// The `data` of a `frame` message: the boxes first.
  var frameData: JSONObject {
    var all: JSONObject = ["boxes": .array(boxes.map { .object($0.json) })]
    for member in data.members { all[member.key] = member.value }
    return all
  }
}

/// A rectangle in the source's pixels.
package struct Box: Equatable, Sendable {
  package var x: Int
  package var y: Int
  package var width: Int
  package var height: Int
  /// 0...1.
  package var confidence: Double
  /// The class of the object, such as `motion`.
  package var name: String

  package init(x: Int, y: Int, width: Int, height: Int, confidence: Double, name: String) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
    self.confidence = confidence
    self.name = name
  }

  var json: JSONObject {
    [
      "x": .int(x), "y": .int(y), "width": .int(width), "height": .int(height),
      "confidence": .double(rounded(confidence, digits: 3)), "class": .string(name),
    ]
  }
}

package struct PluginWarning: Equatable, Sendable {
  package var message: String
  package var severity: Severity

  package init(_ message: String, severity: Severity) {
    self.message = message
    self.severity = severity
  }
}

package enum PluginError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Affects one frame; becomes a warning.
  case soft(String)
  /// Fails the job.
  case fatal(String)
  /// The caller set an option to a value that the plugin doesn't accept; fails the job.
  case invalidOption(name: String, expected: String)

  package var description: String {
    switch self {
    case .soft(let reason), .fatal(let reason): reason
    case .invalidOption(let name, let expected): "The option \"\(name)\" must be \(expected)."
    }
  }
}

/// `value` rounded to so many decimal digits, for people and for short JSON.
func rounded(_ value: Double, digits: Int) -> Double {
  var scale = 1.0
  for _ in 0..<digits { scale *= 10 }
  return (value * scale).rounded() / scale
}
