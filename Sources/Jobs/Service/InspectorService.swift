import Domain
import JSONValues
import Synchronization

/// Answers for the plugins of every job: their state, timings, health, warnings and metadata.
///
/// What a job's messages say about its plugins is in the ``Job``. Only what outlives or precedes that is kept here: how
/// each plugin last did in any job, and the metadata that plugins announced. ``JobBook`` adds both once they are
/// committed. Callable from any thread.
///
/// Both are bounded. At ``maxPlugins`` the plugin that was updated longest ago is dropped: its health is then unknown. At
/// ``maxAnnouncements`` the oldest metadata is dropped: the plugin is then described by the catalogue or not at all.
package final class InspectorService: Sendable {
  package static let maxPlugins = 1000
  package static let maxAnnouncements = 1000
  /// Metadata longer than this as JSON is not kept: every page of its job repeats it. Ours has a tenth.
  package static let maxMetadataBytes = 4096

  /// What a batch of messages says about plugins.
  package struct Changes: Sendable {
    fileprivate var states: [PluginState] = []
    fileprivate var announcements: [Announcement] = []

    package init() {}

    /// Whether a message of this type may say anything about a plugin.
    static func concern(_ type: MessageType) -> Bool { type == .pluginStatus || type == .metadata }

    /// - Parameter job: the message's, with the message folded in.
    package mutating func add(_ message: RealtimeMessage, of job: Job) {
      switch message.type {
      case .pluginStatus:
        // Anyone may report a plugin of any name. Only our own plugins' health is shown outside their job.
        guard job.work.traits.expectsPlugins, let name = message.payload["plugin"]?.stringValue,
          let state = job.pluginStates.first(where: { $0.plugin == name })
        else { return }
        states.removeAll { $0.plugin == name }
        states.append(state)
      case .metadata:
        guard let name = message.payload["plugin"]?.stringValue,
          let metadata = message.payload["metadata"]?.objectValue,
          JSON.object(metadata).encoded().count <= maxMetadataBytes
        else { return }
        announcements.append(Announcement(job: job.id, plugin: name, metadata: metadata))
      default: return
      }
    }
  }

  fileprivate struct Announcement: Sendable {
    let job: String
    let plugin: String
    let metadata: JSONObject
  }

  fileprivate struct State {
    /// Oldest first.
    var announcements: [Announcement] = []
    var newest: [String: (state: PluginState, update: Int)] = [:]
    var updates = 0
  }

  private let state = Mutex(State())

  package init() {}

  /// The plugins of a job that have started, in execution order.
  /// - Parameter catalogue: describes plugins whose own announcement is no longer kept.
  package func inspections(of job: Job, catalogue: PluginCatalogue) -> [PluginInspection] {
    let announced = state.withLock { $0.announcements.filter { $0.job == job.id } }
    return job.inspections { name in
      announced.last { $0.plugin == name }?.metadata ?? catalogue.factory(named: name)?.metadata.json
    }
  }

  /// The state of a plugin of ours as its newest message had it, in whatever job; nil if it hasn't run since the server
  /// started.
  package func newest(plugin: String) -> PluginState? {
    state.withLock { $0.newest[plugin]?.state }
  }

  /// Adds what a batch says, after its commit.
  package func add(_ changes: Changes) {
    guard !changes.states.isEmpty || !changes.announcements.isEmpty else { return }
    state.withLock { state in
      for changed in changes.states { state.set(changed) }
      for announcement in changes.announcements { state.add(announcement) }
    }
  }

  /// Drops what was announced in a job that was deleted.
  package func forget(job: String) {
    state.withLock { $0.announcements.removeAll { $0.job == job } }
  }
}

extension InspectorService.State {
  fileprivate mutating func set(_ changed: PluginState) {
    updates += 1
    newest[changed.plugin] = (changed, updates)
    guard newest.count > InspectorService.maxPlugins else { return }
    if let oldest = newest.min(by: { $0.value.update < $1.value.update }) { newest[oldest.key] = nil }
  }

  fileprivate mutating func add(_ announcement: InspectorService.Announcement) {
    announcements.removeAll { $0.job == announcement.job && $0.plugin == announcement.plugin }
    announcements.append(announcement)
    if announcements.count > InspectorService.maxAnnouncements { announcements.removeFirst() }
  }
}
