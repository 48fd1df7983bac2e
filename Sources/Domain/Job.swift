import JSONValues

/// The status of a job. The last three are final.
package enum JobStatus: String, Sendable, CaseIterable {
  case queued, running, succeeded, failed, cancelled

  package var isFinal: Bool { self == .succeeded || self == .failed || self == .cancelled }
}

/// One execution of some work: the request, and its progress.
package struct Job: Sendable {
  /// Unique for ever within one data folder; see ``Identifier``.
  package var id: String
  /// Counts the jobs of a data folder. Lists and their cursors are ordered by it, and not by the clock.
  package var number = 0
  package var work: JobWork
  package var name: String
  /// The device that it runs on; nil until it starts.
  package var deviceUsed: Device?
  /// The job that this one retries.
  package var retryOf: String?

  package var status: JobStatus = .queued
  /// 0...100; nil until it starts, and if the total is unknown.
  package var progress: Double?
  package var stage: String?
  /// The plugin in the last progress message.
  package var activePlugin: String?
  /// Frames or other units per second, and the remaining seconds, from the last progress message.
  package var rate: Double?
  package var etaSeconds: Double?
  /// The reason for its failure, a sentence; nil if it has not failed.
  package var error: String?
  /// The error in ``errors`` whose text ``error`` repeats; nil if there is none.
  package var errorID: Int?
  package var createdAt: Timestamp
  package var startedAt: Timestamp?
  package var finishedAt: Timestamp?

  /// The state of each plugin that has started, in execution order.
  package var pluginStates: [PluginState] = []
  /// The newest, oldest first; see ``Job/maxWarningsKept``.
  package var warnings: [Warning] {
    get { keptWarnings.elements }
    set { keptWarnings.set(newValue) }
  }
  /// Including those that were dropped.
  package var warningsCount = 0
  /// The newest, oldest first; see ``Job/maxErrorsKept``.
  package var errors: [JobError] {
    get { keptErrors.elements }
    set { keptErrors.set(newValue) }
  }
  /// Including those that were dropped. The next error gets this number + 1 as its id.
  package var errorsCount = 0
  /// The final results, by plugin.
  package var results = JSONObject()
  /// The newest frames, oldest first, if they were requested; see ``Job/maxFramesKept``.
  package var frames: [Frame] = []
  /// The offset of the last message that was applied; 0 before the first.
  package var offset = 0

  /// The maximum number of frames in a JobResponse.
  package static let maxFramesKept = 1000
  /// The maximum number and bytes of the warnings that are kept with a job. Older ones are only among its messages.
  package static let maxWarningsKept = 1000
  package static let maxWarningBytesKept = 256 << 10
  /// The maximum number and bytes of the errors that are kept with a job.
  package static let maxErrorsKept = 100
  package static let maxErrorBytesKept = 64 << 10

  private var keptWarnings = NewestKept<Warning>(maxCount: maxWarningsKept, maxBytes: maxWarningBytesKept)
  private var keptErrors = NewestKept<JobError>(maxCount: maxErrorsKept, maxBytes: maxErrorBytesKept)

  package init(
    id: String, name: String, work: JobWork, retryOf: String? = nil, createdAt: Timestamp
  ) {
    self.id = id
    self.name = name
    self.work = work
    self.retryOf = retryOf
    self.createdAt = createdAt
  }

  /// Whether it runs on a device other than the requested one. False until that is known.
  package var fallback: Bool { deviceUsed.map { $0 != deviceRequested } ?? false }

  /// The CPU if the server doesn't choose the device.
  package var deviceRequested: Device { work.traits.deviceRequested ?? .cpu }

  /// For the search and the store; see ``WorkTraits/source``.
  package var source: String { work.traits.source }

  package var topic: Topic { .job(id) }

  /// Keeps a warning with the job, and drops the oldest ones beyond the limits.
  package mutating func keep(_ warning: Warning) { keptWarnings.append(warning) }

  /// Keeps an error with the job, and drops the oldest ones beyond the limits.
  package mutating func keep(_ error: JobError) { keptErrors.append(error) }
}

/// An error in a job, which may have continued.
package struct JobError: Equatable, Sendable {
  /// From 1 within its job. Nil for an error from before errors had ids.
  package var id: Int?
  package var title: String
  /// The explanation; nil if there is only a title.
  package var message: String?
  package var code: String?
  package var plugin: String?
  package var frameID: Int?

  package init(
    id: Int? = nil, title: String, message: String? = nil, code: String? = nil, plugin: String? = nil,
    frameID: Int? = nil
  ) {
    self.id = id
    self.title = title
    self.message = message
    self.code = code
    self.plugin = plugin
    self.frameID = frameID
  }
}
