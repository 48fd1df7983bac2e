import Domain
import JSONValues

/// Messages of one job, in the order in which they arrive.
struct FoldingCase: Sendable, CustomStringConvertible {
  let name: String
  let messages: [RealtimeMessage]
  var description: String { name }

  private init(_ name: String, _ messages: [(MessageType, JSONObject)]) {
    self.name = name
    self.messages = messages.map { type, payload in
      var payload = payload
      payload["job_id"] = "job-7"
      return RealtimeMessage(type, payload)
    }
  }

  private static let running: (MessageType, JSONObject) = (
    .jobStatus, ["status": "running", "device_used": "cpu", "started_at": "2026-02-04T11:57:56Z", "error": nil]
  )
  private static func failed(_ error: JSON, id: JSON = nil) -> (MessageType, JSONObject) {
    (.jobStatus, ["status": "failed", "error": error, "error_id": id, "finished_at": "2026-02-04T11:59:56Z"])
  }
  private static let crash: (MessageType, JSONObject) = (
    .error,
    [
      "error": "The plugin a failed", "error_id": 1, "plugin": "a",
      "details": ["error_code": "PLUGIN_CRASH", "message": "out of memory"],
    ]
  )
  private static func warning(_ message: String, _ rest: JSONObject = [:]) -> (MessageType, JSONObject) {
    var payload: JSONObject = ["plugin": "a", "message": .string(message), "severity": "high"]
    for member in rest.members { payload[member.key] = member.value }
    return (.warning, payload)
  }

  static let all: [FoldingCase] = [
    FoldingCase("nothing", []),
    FoldingCase(
      "a whole job",
      [
        running, (.progress, ["progress": 0, "stage": "Opening the source"]),
        (.pluginStatus, ["plugin": "a", "status": "started", "frames_processed": 0, "warnings_count": 0]),
        (.frame, ["frame_id": 0, "plugin": "a", "data": [:], "timing_ms": 4.25, "width": 4, "height": 3]),
        (
          .pluginStatus,
          [
            "plugin": "a", "status": "running", "timing_ms": 4.25, "frames_processed": 1, "warnings_count": 0,
            "timing_statistics": ["p50": 4.25, "p95": 4.25, "max": 4.25],
          ]
        ),
        (.progress, ["progress": 50, "stage": "Frame 1 of 2", "plugin": "a", "rate": 12.43, "eta_seconds": 59.95]),
        warning("blurred", ["frame_id": 0]),
        (.pluginStatus, ["plugin": "a", "status": "completed", "frames_processed": 2, "health": "ok"]),
        (.progress, ["progress": 100, "stage": "Done"]),
        (.jobStatus, ["status": "succeeded", "finished_at": "2026-02-04T11:59:56Z", "progress": 100, "stage": "Done"]),
      ]),
    FoldingCase(
      "a frame before its plugin has started, and before the job has",
      [
        (.frame, ["frame_id": 0, "plugin": "a", "data": [:], "timing_ms": 1]), running,
        (.frame, ["frame_id": 1, "plugin": "a", "data": [:], "timing_ms": 2]),
        (.pluginStatus, ["plugin": "a", "status": "started"]),
      ]),
    FoldingCase(
      "frames out of order and twice",
      [
        running, (.frame, ["frame_id": 2, "plugin": "a", "data": [:]]),
        (.frame, ["frame_id": 1, "plugin": "a", "data": [:]]),
        (.frame, ["frame_id": 2, "plugin": "a", "data": [:]]),
      ]),
    FoldingCase(
      "progress without bounds, without a figure, of an unknown total",
      [running, (.progress, ["progress": 250]), (.progress, [:]), (.progress, ["progress": 0, "total_unknown": true])]),
    FoldingCase("progress below 0", [running, (.progress, ["progress": -3, "plugin": "a"])]),
    FoldingCase(
      "progress that says nothing of what is going on",
      [
        running, (.progress, ["progress": 3, "stage": "link", "plugin": "ld", "rate": 2]), (.progress, ["progress": 4]),
      ]),
    FoldingCase(
      "a status that takes stage and progress away",
      [
        running, (.progress, ["progress": 3, "stage": "link"]),
        (.jobStatus, ["status": "running", "progress": nil, "stage": nil]),
      ]),
    FoldingCase(
      "a plugin's message that says less than the one before",
      [
        running,
        (
          .pluginStatus,
          [
            "plugin": "a", "status": "running", "timing_ms": 7.5, "frames_processed": 3, "warnings_count": 2,
            "health": "slow", "timing_statistics": ["p50": 7, "p95": 8, "max": 9],
          ]
        ), (.pluginStatus, ["plugin": "a", "status": "completed"]),
        (.pluginStatus, ["plugin": "b", "status": "failed", "timing_ms": 1]),
      ]),
    FoldingCase("one warning", [running, warning("w")]),
    FoldingCase(
      "equal warnings", [running, warning("w"), warning("w"), warning("w", ["severity": "low", "frame_id": 7])]),
    FoldingCase("many warnings", [running] + (1...7).map { warning("w\($0)") }),
    FoldingCase("a warning of unknown severity", [running, warning("w", ["severity": "catastrophic"])]),
    FoldingCase("an error of a job that goes on", [running, crash]),
    FoldingCase(
      "a failure that repeats an error", [running, crash, failed("The plugin a failed: out of memory", id: 1)]),
    FoldingCase("a failure that stands for itself", [running, crash, failed("The plugin a failed")]),
    FoldingCase("a failure without a reason", [running, failed(nil)]),
    FoldingCase("a failure whose error is not known", [running, failed("out of memory", id: 4)]),
    FoldingCase("the same failure twice", [running, crash, failed("gone"), failed("gone")]),
    FoldingCase(
      "equal errors with and without numbers", [running, crash, (.error, ["error": "E"]), (.error, ["error": "E"])]),
    FoldingCase("a job that was cancelled before it started", [(.jobStatus, ["status": "cancelled"])]),
    FoldingCase(
      "a name that changes", [(.jobStatus, ["name": "ä </b>"]), running, (.jobStatus, ["device_used": "cuda:1"])]),
    FoldingCase(
      "types that say nothing about a job", [running, (.ping, [:]), (.metadata, ["plugin": "a", "metadata": [:]])]),
  ]
}
