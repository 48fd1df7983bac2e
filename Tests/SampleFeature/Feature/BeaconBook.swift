import Domain
import Store
import Synchronization

/// The beacons, as a projection of the messages: one row each, and all of them in memory.
package final class BeaconBook: Projection {
  private struct Contents {
    var beacons: [String: Beacon] = [:]
    /// Everything through this offset is folded.
    var foldedOffset: Int
  }

  private let epoch: String
  private let contents: Mutex<Contents>

  package init(_ store: Store) throws(StoreError) {
    epoch = store.epoch
    var contents = Contents(foldedOffset: store.newestOffset)
    for row in try store.rows("SELECT name, is_lit FROM beacons") {
      guard case .text(let name) = row[0], case .integer(let isLit) = row[1] else { continue }
      contents.beacons[name] = Beacon(name: name, isLit: isLit == 1)
    }
    self.contents = Mutex(contents)
  }

  /// By name.
  package var beacons: [Beacon] { sorted(contents.withLock { $0 }) }

  private func sorted(_ contents: Contents) -> [Beacon] { contents.beacons.values.sorted { $0.name < $1.name } }

  package var topics: Set<TopicKind> { [.beacons] }

  package func fold(_ batch: [NumberedPublication], into rows: inout StoreBatch) -> @Sendable () -> Void {
    var changed: [Beacon] = []
    var lastOffset: Int?
    for numbered in batch {
      lastOffset = numbered.offsets.last ?? lastOffset
      for item in numbered.publication.items where item.message.type == .beaconChanged {
        guard let beacon = Beacon(item.message) else { continue }
        changed.append(beacon)
        rows.rows.append(
          RowChange(
            "INSERT OR REPLACE INTO beacons (name, is_lit) VALUES (?, ?)", .text(beacon.name),
            .integer(beacon.isLit ? 1 : 0)))
      }
    }
    return { [self, changed, lastOffset] in
      contents.withLock { contents in
        for beacon in changed { contents.beacons[beacon.name] = beacon }
        contents.foldedOffset = lastOffset ?? contents.foldedOffset
      }
    }
  }

  package func exists(_ topic: Topic) -> Bool { true }

  package func snapshotInMemory(of topic: Topic) -> TopicSnapshot? {
    let contents = contents.withLock { $0 }
    return TopicSnapshot(
      messages: sorted(contents).map { .beaconChanged($0) },
      position: StreamPosition(epoch: epoch, offset: contents.foldedOffset))
  }

  package func snapshot(of topic: Topic) throws(StoreError) -> TopicSnapshot? { snapshotInMemory(of: topic) }
}

extension Beacon {
  /// Reads a `beacon_changed` message.
  init?(_ message: RealtimeMessage) {
    guard let name = message.payload["name"]?.stringValue, let state = message.payload["state"]?.stringValue else {
      return nil
    }
    self.init(name: name, isLit: state == "lit")
  }
}
