import Components
import Domain
import HTML
import JSONValues
import Pages

/// The list of beacons. It is complete without script, and live with it.
struct BeaconPage: Component {
  let beacons: [Beacon]
  let cursor: String?
  let context: PageContext

  var body: some HTML {
    PageShell(
      pageTitle: "Beacons", page: "beacons", assets: context.assets, storage: context.storageBanner,
      initialState: initialState,
      connection: ConnectionBadge()
    ) {
      h1 { "Beacons" }
      ul(.data("list", "beacons")) {
        ForEach(beacons) { beacon in BeaconRow(beacon: beacon) }
      }
      template(.data("template", "beacon")) { BeaconRow(beacon: Beacon(name: "", isLit: false)) }
    }
  }

  private var initialState: [UInt8] {
    let state: JSON = [
      "messages": .array(beacons.map { .object(RealtimeMessage.beaconChanged($0).json) }),
      "cursor": cursor.map(JSON.string) ?? .null, "as_of": .string(context.now.description),
    ]
    return state.encodedForScript()
  }
}

private struct BeaconRow: Component {
  let beacon: Beacon

  var body: some HTML {
    li(.data("key", beacon.name)) {
      span(.data("slot", "name")) { beacon.name }
      " is "
      span(.data("slot", "state")) { beacon.state }
    }
  }
}
