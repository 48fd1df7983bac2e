// The tables in Tests/fixtures, which the Swift tests write: what the server does with the same values.
import { readFileSync } from "node:fs"

/** @param {string} name */
export function readFixture(name) {
  return JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), "utf8"))
}

/** JSON has no such numbers, so the tables write them as strings. */
export function figure(value) {
  return typeof value === "string" ? Number(value) : value
}
