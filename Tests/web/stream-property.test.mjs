// Runs the real client against a model of the server, for thousands of seeds. `SEED=17 node --test Tests/web/` replays one
// seed and prints its steps; `SEEDS=100000` runs more.
import assert from "node:assert/strict"
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, test } from "node:test"
import { fileURLToPath, pathToFileURL } from "node:url"
import { play } from "./stream-model.mjs"

const MODULES = fileURLToPath(new URL("../../web/js", import.meta.url))
const SEEDS = Number(process.env.SEEDS ?? 5_000)
/** Seeds within which each mutant must be caught. */
const SEEDS_FOR_MUTANTS = 500

/** The client in a folder. */
async function modulesIn(folder) {
  const load = name => import(pathToFileURL(join(folder, name)).href)
  const [{ RealtimeClient }, { StreamPosition }] = await Promise.all([load("realtime/realtime-client.js"), load("realtime/stream-position.js")])
  return { RealtimeClient, StreamPosition }
}

function firstFailure(seeds, modules) {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const failure = play(seed, modules)
    if (failure !== null) return failure
  }
  return null
}

describe("whatever happens, a page ends up with every message of the server, in order, once", async () => {
  const modules = await modulesIn(MODULES)

  if (process.env.SEED !== undefined) {
    test(`seed ${process.env.SEED}`, () => {
      assert.equal(play(Number(process.env.SEED), modules, line => console.log(line)), null)
    })
  } else {
    test(`for ${SEEDS} seeds`, () => {
      const failure = firstFailure(SEEDS, modules)
      assert.equal(failure, null, failure === null ? "" : `${failure}\nReplay it: SEED=${failure.match(/\d+/)?.[0]}`)
    })
  }
})

describe("a client with a fault is caught", () => {
  for (const [name, file, whole, broken] of [
    ["that does not check numbers", "realtime/stream-position.js", 'return seq <= last ? "repeat" : "hole"', 'return "next"'],
    ["that passes over holes", "realtime/stream-position.js", 'return seq <= last ? "repeat" : "hole"',
      'return seq <= last ? "repeat" : "next"'],
    ["that moves its cursor before it has applied a message", "realtime/message-stream.js", "this.#emit(message)\n        // Only now",
      "this.#position.applied(topic, seq, id)\n        this.#emit(message)\n        // Only now"],
    ["that ignores a gap", "realtime/message-stream.js", 'if (code === "REPLAY_GAP") this.#expectSnapshot()', ""],
    ["that keeps its numbers over a snapshot", "realtime/stream-position.js", "this.#last.clear()", ""],
    ["that takes half a snapshot for a whole one", "realtime/snapshot-assembly.js",
      'typeof count === "number" && Number.isInteger(count) ? count : 0', "0"],
    ["that counts frames as part of a snapshot", "realtime/snapshot-assembly.js", "if (!isUnnumberedType(message.type)) ", ""],
    ["that does not count messages of unknown types", "realtime/message-stream.js", "    this.#noteHeard()\n    if",
      "    if (!isKnownType(message.type)) return\n    this.#noteHeard()\n    if"],
    ["that takes itself for live in the middle of a replay", "realtime/message-stream.js",
      "if (catching_up === true) this.#isBehind = true\n    else if", "if"],
    ["that waits for the end of a replay that a gap has cut off", "realtime/message-stream.js",
      "this.#isBehind = null\n    this.#isCaughtUp = false\n    this.#snapshot.expect", "this.#snapshot.expect"],
    ["that resumes for ever if a hole stays", "realtime/realtime-client.js", "if (needsSnapshot) this.#position.reset(null)", ""],
  ]) {
    test(name, async () => {
      const folder = mkdtempSync(join(tmpdir(), "telltale-mutant-"))
      try {
        cpSync(MODULES, folder, { recursive: true })
        const path = join(folder, file)
        const source = readFileSync(path, "utf8")
        assert.ok(source.includes(whole), `${file} no longer contains: ${whole}`)
        writeFileSync(path, source.replace(whole, broken))
        writeFileSync(join(folder, "package.json"), '{"type": "module"}')
        assert.notEqual(firstFailure(SEEDS_FOR_MUTANTS, await modulesIn(folder)), null)
      } finally {
        rmSync(folder, { recursive: true })
      }
    })
  }
})
