// @ts-check
import { startPage } from "../app.js"
import { attachListRows } from "../elements/list-rows.js"
import { startPageView } from "../live-page.js"
import { LiveList } from "../realtime/live-list.js"

/** The page of the beacons: a live list whose rows show the fields of the messages. */
startPage(() => {
  const list = new LiveList({
    topics: ["beacons"],
    types: ["beacon_changed"],
    keyOf: payload => typeof payload.name === "string" ? payload.name : null,
    fold: (known, payload) => ({ name: payload.name, state: payload.state }),
  })
  startPageView(list, (known, kept) => list.start(known, kept))
  attachListRows(document, list, {
    list: "beacons",
    template: "beacon",
    compare: (one, other) => one.name < other.name ? -1 : 1,
  })
})
