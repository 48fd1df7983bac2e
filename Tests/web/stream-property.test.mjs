// The real client against a model of the server, for thousands of seeds. `SEED=17 node --test Tests/web/` replays one
// and tells its steps; `SEEDS=100000` plays more.
import assert from "node:assert/strict"
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, test } from "node:test"
import { fileURLToPath, pathToFileURL } from "node:url"
import { play } from "./stream-model.mjs"

const MODULES = fileURLToPath(new URL("../../web/js", import.meta.url))
const SEEDS = Number(process.env.SEEDS ?? 5_000)
/** Seeds within which each mutant has to be caught. */
const SEEDS_FOR_MUTANTS = 500

/** The client as it stands in a folder. */
async function modulesIn(folder) {
  const load = name => import(pathToFileURL(join(folder, name)).href)
  const [{ RealtimeClient }, { StreamPosition }] = await Promise.all([load("realtime-client.js"), load("stream-position.js")])
  return { RealtimeClient, StreamPosition }
}

function firstFailure(seeds, modules) {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const failure = play(seed, modules)
    if (failure !== null) return failure
  }
  return null
}

describe("whatever happens between them, a page ends up with what the server told, in order, once", async () => {
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
    ["that does not check numbers", "stream-position.js", 'return seq <= last ? "repeat" : "hole"', 'return "next"'],
    ["that passes over holes", "stream-position.js", 'return seq <= last ? "repeat" : "hole"',
      'return seq <= last ? "repeat" : "next"'],
    ["that moves its cursor before it has applied a message", "realtime-client.js", "this.#message.emit(message)\n        // Only now",
      "this.#position.applied(topic, seq, id)\n        this.#message.emit(message)\n        // Only now"],
    ["that takes no notice of a gap", "realtime-client.js", 'if (code === "REPLAY_GAP") this.#expectSnapshot()', ""],
    ["that keeps its numbers over a snapshot", "stream-position.js", "this.#last.clear()", ""],
    ["that takes half a snapshot for a whole one", "realtime-client.js", "left: Number.isInteger(count) ? count : 0", "left: 0"],
    ["that takes itself for live in the middle of a replay", "realtime-client.js",
      "if (catching_up === true) this.#isBehind = true\n    else if", "if"],
    ["that waits behind a gap for the end of the replay", "realtime-client.js",
      "this.#isBehind = null\n    this.#isCaughtUp = false\n    this.#gathering = null\n    this.#awaits", "this.#gathering = null\n    this.#awaits"],
    ["that resumes for ever where a hole stays", "realtime-client.js", "if (needsSnapshot) this.#position.reset(null)", ""],
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
