import JSONValues

/// Where a job stands. The last three are final.
package enum JobStatus: String, Sendable, CaseIterable {
  case queued, running, succeeded, failed, cancelled

  package var isFinal: Bool { self == .succeeded || self == .failed || self == .cancelled }
}

/// Who does a job's work.
package enum JobKind: String, Sendable {
  /// We, with plugins.
  case pipeline
  /// Somebody else, who reports it to us message by message.
  case external
}

/// One execution of something: what was asked for, and how far it has come.
package struct Job: Sendable {
  /// Unique for ever within one data folder; see ``Identifier``.
  package var id: String
  /// Counts up with each job of a data folder: what lists and their cursors go by, whatever the clock says.
  package var number = 0
  package var kind = JobKind.pipeline
  package var name: String
  /// As the caller named it: a path below the source root, or `upload:NAME`.
  package var source: String
  package var plugins: [String]
  package var options: JSONObject
  package var deviceRequested: Device
  /// What it really ran on; nil until it has started.
  package var deviceUsed: Device?
  /// The job that this one tries again.
  package var retryOf: String?

  package var status: JobStatus = .queued
  /// 0...100, nil until it starts and where the total is unknown.
  package var progress: Double?
  package var stage: String?
  /// The plugin that the last word on the progress named.
  package var activePlugin: String?
  /// Frames or other units a second, and seconds still to come, as the last word on the progress had them.
  package var rate: Double?
  package var etaSeconds: Double?
  /// Why it failed, in a sentence; nil otherwise.
  package var error: String?
  /// The error whose reason ``error`` repeats; nil if the reason stands for itself.
  package var errorID: Int?
  package var createdAt: Timestamp
  package var startedAt: Timestamp?
  package var finishedAt: Timestamp?

  /// Where each plugin that has started stands, in execution order.
  package var pluginStates: [PluginState] = []
  /// The newest, oldest first; see ``Job/maxWarningsKept``.
  package var warnings: [Warning] = []
  /// All that there were.
  package var warningsCount = 0
  /// The newest that were said, oldest first; see ``Job/maxErrorsKept``.
  package var errors: [JobError] = []
  /// What each plugin found in the end, by plugin.
  package var results = JSONObject()
  /// The newest frames, oldest first, where they were asked for; see ``Job/maxFramesKept``.
  package var frames: [Frame] = []
  /// The offset of the newest message of its topic that these values tell; 0 before the first. What comes after it is
  /// news.
  package var offset = 0

  /// How many frames' results a JobResponse has at most.
  package static let maxFramesKept = 1000
  /// How many warnings are told with a job, and how many bytes of them; the others stand among its messages.
  package static let maxWarningsKept = 1000
  package static let maxWarningBytesKept = 256 << 10
  /// How many errors are told with a job, and how many bytes of them.
  package static let maxErrorsKept = 100
  package static let maxErrorBytesKept = 64 << 10

  package init(
    id: String, name: String, source: String, plugins: [String], options: JSONObject = [:],
    deviceRequested: Device = .cpu, retryOf: String? = nil, createdAt: Timestamp
  ) {
    self.id = id
    self.name = name
    self.source = source
    self.plugins = plugins
    self.options = options
    self.deviceRequested = deviceRequested
    self.retryOf = retryOf
    self.createdAt = createdAt
  }

  /// Whether it runs on another device than it was asked to. False until that is known.
  package var fallback: Bool { deviceUsed.map { $0 != deviceRequested } ?? false }

  package var topic: Topic { .job(id) }
}

/// Something that went wrong in a job, whether or not the job went on.
package struct JobError: Equatable, Sendable {
  /// From 1 within its job; nil for an error from before errors had numbers.
  package var id: Int?
  package var title: String
  /// What it means, where more than the title was said.
  package var message: String?
  package var code: String?
  package var plugin: String?
  package var frameID: Int?

  package init(title: String, message: String? = nil, code: String? = nil, plugin: String? = nil, frameID: Int? = nil) {
    self.title = title
    self.message = message
    self.code = code
    self.plugin = plugin
    self.frameID = frameID
  }
}

/// One picture of a source and what the plugins found in it.
package struct Frame: Sendable {
  /// 0 for the source's first, then +1 for each.
  package var id: Int
  package var width: Int
  package var height: Int
  /// Path of its picture, such as `/v1/jobs/7/frames/12.png`; nil where none was kept.
  package var imageURL: String?
  /// By plugin, in execution order: the `data` of its `frame` message and its timing in milliseconds.
  package var results: [(plugin: String, data: JSONObject, milliseconds: Double)]

  package init(
    id: Int, width: Int, height: Int, imageURL: String?,
    results: [(plugin: String, data: JSONObject, milliseconds: Double)] = []
  ) {
    self.id = id
    self.width = width
    self.height = height
    self.imageURL = imageURL
    self.results = results
  }
}
