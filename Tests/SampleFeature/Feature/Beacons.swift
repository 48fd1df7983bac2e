import App
import Assets
import Domain
import Files
import Store

/// A sample of a feature: lamps that operators light and that everyone watches. It is not part of the product; it shows
/// what a feature brings, and a test checks that nothing outside this folder knows it.
extension Feature {
  package static let beacons = Feature(
    topics: [.beacons],
    messages: [
      MessageTable.Row(
        .beaconChanged,
        payload: [.required("name", .name(maxBytes: 64)), .required("state", .oneOf(Beacon.states))])
    ],
    tables: FeatureTables(
      feature: "beacons",
      steps: [
        """
        CREATE TABLE beacons (
          name TEXT PRIMARY KEY,
          is_lit INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
      ]),
    assets: [AssetFile(path: "js/pages/beacons.js", bytes: pageModule)]
  ) { store in
    let book = try BeaconBook(store)
    return Parts(projection: book) { host in BeaconRoutes(book: book, host: host).routes }
  }

  /// The page's behaviour, beside the Swift that renders it. A feature of the product has its module in `web/`.
  private static let pageModule: [UInt8] = {
    let path = "\(#filePath)".dropLast("Beacons.swift".count) + "beacons.js"
    return (try? FileSystem.read(String(path), maxBytes: 1 << 20)) ?? []
  }()
}

extension TopicKind {
  package static let beacons = TopicKind(
    "beacons", hasID: false, isInDefaultSubscription: false, startsWithSnapshot: true, audience: .viewers)
}

extension Topic {
  package static let beacons = Topic(.beacons)
}

extension MessageType {
  package static let beaconChanged = MessageType("beacon_changed", .numbered)
}

/// A lamp with a name.
package struct Beacon: Equatable, Sendable {
  package let name: String
  package let isLit: Bool

  static let states = ["lit", "dark"]

  package init(name: String, isLit: Bool) {
    self.name = name
    self.isLit = isLit
  }

  var state: String { isLit ? "lit" : "dark" }
}

extension RealtimeMessage {
  static func beaconChanged(_ beacon: Beacon) -> RealtimeMessage {
    RealtimeMessage(.beaconChanged, ["name": .string(beacon.name), "state": .string(beacon.state)])
  }
}
