import Domain
import Realtime
import Synchronization

/// Shared by the realtime connections of all loops: the hub, the registry, and the greeting of new connections.
package final class RealtimeService: Sendable {
  let hub: EventHub
  let sessionRules: RealtimeSession.Rules
  let queueLimits: QueueLimits
  let topicKinds: TopicTable
  /// Why nothing can be stored now; nil if everything can.
  let storage: @Sendable () -> StorageFailure?
  /// One `metadata` message per plugin, framed once and sent first on every connection.
  let introduction: [Framing: [UInt8]]
  let snapshots: Snapshots
  private let manager: Mutex<ConnectionManager>

  package init(
    hub: EventHub, connectionLimits: ConnectionManager.Limits, sessionLimits: RealtimeSession.Limits,
    queueLimits: QueueLimits = .standard, topicKinds: TopicTable,
    storage: @escaping @Sendable () -> StorageFailure?, metadata: [RealtimeMessage], snapshots: Snapshots
  ) {
    self.hub = hub
    sessionRules = RealtimeSession.Rules(limits: sessionLimits, topics: topicKinds)
    self.queueLimits = queueLimits
    self.topicKinds = topicKinds
    self.storage = storage
    introduction = Framing.allCases.reduce(into: [:]) { introduction, framing in
      for message in metadata { framing.append(message, to: &introduction[framing, default: []]) }
    }
    self.snapshots = snapshots
    manager = Mutex(ConnectionManager(limits: connectionLimits))
  }

  /// Open connections by transport.
  package var connectionCounts: [Transport: Int] { manager.withLock { $0.countByTransport } }

  func admit(session: String?, transport: Transport) throws(ConnectionManager.Refusal) {
    let result = manager.withLock { manager -> Result<Void, ConnectionManager.Refusal> in
      do throws(ConnectionManager.Refusal) {
        return .success(try manager.admit(session: session, transport: transport))
      } catch {
        return .failure(error)
      }
    }
    try result.get()
  }

  func release(session: String?, transport: Transport) {
    manager.withLock { $0.release(session: session, transport: transport) }
  }
}
