// A small model of a server and of a page, driven by random numbers, to check what the browser's client promises. The
// client is the real one; sockets and clock are simulated.
import { FakeClock, FakeLife, TIMESTAMP, seeded } from "./support.mjs"

const TOPICS = ["job:7", "jobs"]
const STEPS = 120
/** Simulated time within which the page must be in step once nothing goes wrong any more. */
const SETTLE_MS = 300_000

const message = (type, payload, rest = {}) => ({ type, payload, timestamp: TIMESTAMP, ...rest })

/** Numbers messages, keeps the newest for replay; may stop, and may come back restored from a backup. */
class ModelServer {
  epoch = "e1"
  isUp = true
  /** By topic: every value published; a snapshot holds them all. */
  told = new Map(TOPICS.map(topic => [topic, []]))
  /** Messages that can be replayed. */
  kept = []
  /** Values in messages of a type that the client does not know: it must count them and show nothing. */
  unknown = new Set()
  frames = 0
  offset = 0
  prunedThrough = 0
  connections = new Set()
  epochs = 1
  values = 0

  publish(topic, random, mayLeaveHoles) {
    const told = this.told.get(topic)
    this.values += 1
    this.offset += 1
    told.push(this.values)
    if (random() < 0.05) this.unknown.add(this.values)
    const numbers = { id: `${this.epoch}:${this.offset}`, topic, seq: told.length }
    const type = this.unknown.has(this.values) ? "from_the_future" : "progress"
    const published = { offset: this.offset, message: message(type, { job_id: "7", value: this.values }, numbers) }
    this.kept.push(published)
    for (const connection of this.connections) {
      // A fault of the server: one message is missing, and the client must notice.
      const isMissing = mayLeaveHoles && random() < 0.03 && connection.told.has(topic)
      connection.told.add(topic)
      if (!isMissing) connection.push(published.message)
    }
  }

  /** The values of a topic that a page can show. */
  visible(topic) {
    return this.told.get(topic).filter(value => !this.unknown.has(value))
  }

  /** A frame has no number and is sent at once: it overtakes whatever waits, even in the middle of a snapshot. */
  sendFrame(random) {
    this.frames += 1
    for (const { outbox } of this.connections) {
      outbox.splice(Math.floor(random() * (outbox.length + 1)), 0, message("frame", { job_id: "7", frame_id: this.frames }))
    }
  }

  prune(random) {
    const count = Math.floor(random() * (this.kept.length + 1))
    const gone = this.kept.splice(0, count)
    this.prunedThrough = gone.at(-1)?.offset ?? this.prunedThrough
  }

  stop() {
    this.isUp = false
    for (const connection of Array.from(this.connections)) connection.cut()
  }

  /** Comes back restored from a backup: the newest messages are gone, and their numbers are used again. */
  restore(random) {
    this.stop()
    this.epochs += 1
    this.epoch = `e${this.epochs}`
    for (const told of this.told.values()) told.length = Math.floor(random() * (told.length + 1))
    this.kept = []
    this.prunedThrough = this.offset
  }

  greet(connection, since, random) {
    this.connections.add(connection)
    connection.toldBefore = new Map(TOPICS.map(topic => [topic, this.visible(topic).at(-1) ?? 0]))
    connection.push(message("metadata", { plugin: "p", metadata: {} }))
    const [epoch, offset] = since === null ? [null, null] : [since.split(":")[0], Number(since.split(":")[1])]
    if (since !== null && epoch === this.epoch && offset >= this.prunedThrough && offset <= this.offset) {
      const replay = this.kept.filter(each => each.offset > offset)
      // The history may prove to be incomplete while it is read, after the greeting has promised it and some was sent.
      const isLost = random() < 0.1
      const isBehind = isLost || replay.length > 0
      connection.push(message("ping", { interval_seconds: 30, cursor: since, ...(isBehind && { catching_up: true }) }))
      if (isLost) {
        for (const each of replay.slice(0, Math.floor(random() * 3))) connection.push(each.message)
        this.beginAnew(connection)
        return
      }
      for (const each of replay) connection.push(each.message)
      // Some of it may be sent twice.
      if (random() < 0.2) for (const each of replay.slice(0, 5)) connection.push(each.message)
      if (isBehind) connection.push(message("ping", { interval_seconds: 30, caught_up: true }))
      return
    }
    if (since === null) this.snapshot(connection)
    else this.beginAnew(connection)
  }

  beginAnew(connection) {
    connection.push(message("error", { error: "gap", details: { error_code: "REPLAY_GAP" } }))
    this.snapshot(connection)
  }

  snapshot(connection) {
    const snapshot = [...this.told].flatMap(([topic, values]) =>
      values.map(value => message(this.unknown.has(value) ? "from_the_future" : "warning", { job_id: "7", topic, value })))
    const position = `${this.epoch}:${this.offset}`
    connection.push(message("ping", { interval_seconds: 30, cursor: position, snapshot_messages: snapshot.length }))
    for (const each of snapshot) connection.push(each)
  }
}

/** One attempt to connect, of either kind. Messages wait in it until the test delivers them. */
class ModelTransport {
  #listener = null
  #world
  outbox = []
  /** By topic: the last value that was published before this connection opened. */
  toldBefore = new Map()
  /** Topics with a message on this connection. */
  told = new Set()
  isStalled = false
  isOpen = false
  isAsked = false

  constructor(kind, world) {
    this.kind = kind
    this.#world = world
  }

  open(query) {
    this.since = query.get("since")
    this.isAsked = true
    this.#world.transports.add(this)
  }

  send(text) {
    if (this.kind === "sse" || !this.isOpen) return false
    if (JSON.parse(text).type === "ping") this.push(message("pong", {}))
    return true
  }

  close() {
    this.#listener = null
    this.#end()
  }

  onEvent(listener) { this.#listener = listener }
  push(each) { this.outbox.push(each) }

  /** The attempt succeeds or fails. */
  settle(random) {
    if (!this.isAsked || this.isOpen) return
    if (!this.#world.server.isUp || this.#world.blocked === this.kind) {
      this.#emitClosed()
      return
    }
    this.isOpen = true
    this.#world.server.greet(this, this.since, random)
    this.#listener?.({ kind: "opened" })
  }

  deliver(count) {
    if (this.isStalled) return
    for (let index = 0; index < count && this.outbox.length > 0 && this.#listener !== null; index += 1) {
      this.#listener({ kind: "text", text: JSON.stringify(this.outbox.shift()) })
    }
  }

  cut() {
    this.#emitClosed()
  }

  #emitClosed() {
    const listener = this.#listener
    this.#listener = null
    this.#end()
    listener?.({ kind: "closed", code: 1006, reason: "" })
  }

  #end() {
    this.isOpen = false
    this.isAsked = false
    this.#world.transports.delete(this)
    this.#world.server.connections.delete(this)
  }
}

/** A page: the values that it shows, and the client that feeds it. A client that gave up, and a page that was left, are replaced. */
class ModelPage {
  #world
  #modules
  #random

  frames = new Set()

  constructor(world, modules, random, kept = null) {
    this.#world = world
    this.#modules = modules
    this.#random = random
    this.shown = new Map(kept === null ? TOPICS.map(topic => [topic, []]) : kept.shown.map(([topic, values]) => [topic, [...values]]))
    this.position = new modules.StreamPosition(kept?.cursor, kept?.last)
    this.connect()
  }

  connect() {
    const client = new this.#modules.RealtimeClient({
      jobId: "7",
      position: this.position,
      transports: ["websocket", "sse"].map(kind => () => new ModelTransport(kind, this.#world)),
      random: this.#random,
      clock: this.#world.clock,
      life: this.#world.life,
      logger: { debug() {}, warn() {} },
    })
    this.client = client
    this.hasCaughtUp = false
    client.onConnectionChange(() => { this.hasCaughtUp = false })
    client.onSnapshot(() => { for (const values of this.shown.values()) values.length = 0 })
    client.onMessage(received => this.#apply(received))
    client.onCaughtUp(() => {
      this.hasCaughtUp = true
      this.#checkLevel()
    })
    client.connect()
  }

  /** What is kept for the next page, as of this moment. */
  keep() {
    const { cursor, last } = this.position
    return { cursor, last, shown: [...this.shown].map(([topic, values]) => [topic, [...values]]) }
  }

  /** A page that has caught up shows everything that was published before its connection opened. */
  #checkLevel() {
    // A hole at the end of a topic shows only with the next message.
    if (this !== this.#world.page || this.#world.mayLeaveHoles) return
    const connection = [...this.#world.transports].find(each => each.isOpen)
    for (const [topic, value] of connection?.toldBefore ?? []) {
      const shown = this.shown.get(topic).at(-1) ?? 0
      if (shown < value) this.#world.wrong ??= `reports that it has caught up, but shows ${topic} at ${shown}, not ${value}`
    }
  }

  #apply({ type, topic, payload }) {
    if (this !== this.#world.page) return
    if (this.#world.isFaulty && type === "progress" && this.#random() < 0.01) {
      // The page is left in the middle: the message has arrived and is not shown.
      this.#world.replacePage(this.#random() < 0.8 ? this.keep() : null)
      return
    }
    if (type === "progress") this.shown.get(topic).push(payload.value)
    if (type === "warning") this.shown.get(payload.topic).push(payload.value)
    if (type === "frame") this.#showFrame(payload.frame_id)
  }

  /** @param {number} id */
  #showFrame(id) {
    if (this.frames.has(id)) this.#world.wrong ??= `shows frame ${id} twice`
    this.frames.add(id)
  }
}

class World {
  clock = new FakeClock()
  life = new FakeLife()
  server = new ModelServer()
  transports = new Set()
  blocked = null
  isFaulty = true
  /** @type {string | null} */
  wrong = null

  constructor(modules, random) {
    this.modules = modules
    this.random = random
    this.page = new ModelPage(this, modules, random)
  }

  replacePage(kept) {
    const old = this.page
    this.page = null
    old.client.disconnect()
    this.page = new ModelPage(this, this.modules, this.random, kept)
  }

  tick(ms) {
    this.clock.tick(ms)
    for (const transport of Array.from(this.transports)) transport.settle(this.random)
    if (this.page.client.state === "CLOSED") this.page.connect()
  }

  get isInStep() {
    return this.page.client.isConnected()
      && [...this.transports].every(transport => transport.outbox.length === 0)
      && TOPICS.every(topic => String(this.page.shown.get(topic)) === String(this.server.visible(topic)))
  }
}

const FAULTS = [
  ["cut", 6, world => { for (const transport of Array.from(world.transports)) transport.cut() }],
  ["stall", 1, world => { for (const transport of world.transports) transport.isStalled = true }],
  ["stop", 2, world => world.server.stop()],
  ["start", 8, world => { world.server.isUp = true }],
  ["restore", 1, (world, random) => world.server.restore(random)],
  ["prune", 2, (world, random) => world.server.prune(random)],
  ["block", 2, (world, random) => { world.blocked = [null, "websocket", "sse"][Math.floor(random() * 3)] }],
  ["reload", 2, (world, random) => world.replacePage(random() < 0.7 ? world.page.keep() : null)],
  ["wake", 2, world => world.life.wake()],
  ["sleep", 1, (world, random) => world.clock.sleep(random() * 200_000)],
  ["tick", 30, (world, random) => world.tick(random() * 3_000)],
  ["publish", 40, (world, random) => {
    const count = random() < 0.1 ? 20 : 1
    for (let index = 0; index < count; index += 1) world.server.publish(TOPICS[Math.floor(random() * 2)], random, world.mayLeaveHoles)
  }],
  ["frame", 15, (world, random) => world.server.sendFrame(random)],
  ["deliver", 40, (world, random) => {
    for (const transport of Array.from(world.transports)) transport.deliver(Math.floor(random() * 12))
  }],
]
const WEIGHT = FAULTS.reduce((sum, [, weight]) => sum + weight, 0)

function chosen(random) {
  let rest = random() * WEIGHT
  return FAULTS.find(([, weight]) => (rest -= weight) < 0) ?? FAULTS[0]
}

/**
 * Plays one seed.
 * @param {number} seed
 * @param {{RealtimeClient: any, StreamPosition: any}} modules
 * @param {(line: string) => void} [tell]
 * @returns {string | null} What went wrong.
 */
export function play(seed, modules, tell = () => {}) {
  const random = seeded(seed)
  const world = new World(modules, random)
  world.mayLeaveHoles = random() < 0.3
  for (let step = 0; step < STEPS; step += 1) {
    const [name, , act] = chosen(random)
    act(world, random)
    tell(`${step} ${name}: ${world.page.client.state}, ${world.page.client.cursor}`)
    const wrong = world.wrong ?? doubled(world.page.shown)
    if (wrong !== null) return `seed ${seed}, step ${step} (${name}): ${wrong}`
  }
  return settled(seed, world, random)
}

/** Nothing goes wrong any more: within a bounded time the page shows everything that was published, in order, once. */
function settled(seed, world, random) {
  world.isFaulty = false
  world.blocked = null
  world.server.isUp = true
  // A hole at the end of a topic shows with the next message.
  for (const topic of TOPICS) world.server.publish(topic, random, false)
  for (let waited = 0; waited < SETTLE_MS; waited += 5_000) {
    world.tick(5_000)
    for (const transport of Array.from(world.transports)) transport.deliver(Infinity)
    if (world.isInStep) return world.wrong ?? silent(seed, world.page)
  }
  const shown = JSON.stringify([...world.page.shown])
  return `seed ${seed}: not in step after ${SETTLE_MS / 1_000} s (${world.page.client.state})\n  told  ${JSON.stringify([...world.server.told])}\n  shown ${shown}`
}

/** A page that is in step must have reported it, or it would not show that it is live. */
function silent(seed, page) {
  return page.hasCaughtUp ? null : `seed ${seed}: in step, but has not reported that it has caught up`
}

/** Values are published once and in order, so the values shown must rise. @param {Map<string, number[]>} shown */
function doubled(shown) {
  for (const [topic, values] of shown) {
    for (let index = 1; index < values.length; index += 1) {
      if (values[index] <= values[index - 1]) return `${topic} shows ${values[index]} after ${values[index - 1]}`
    }
  }
  return null
}
