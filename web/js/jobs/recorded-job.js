// @ts-check
/**
 * The messages of a short job: "Play" on the stories page sends them through a story's store.
 *
 * @typedef {{afterMs: number, message: {type: string, payload: Record<string, any>}}} Step `afterMs` since the step before.
 */

import { serverClock } from "../server-clock.js"

const JOB = { job_id: "recorded" }
const FRAMES = 24
const STEP_MS = 180

/** @returns {Step[]} */
export function recordedJob() {
  return [
    step("metadata", { plugin: "motion_detection", metadata: { version: "1.0.0", description: "Finds what moves" } }),
    step("job_status", { status: "running", name: "Recorded: a walk", device_used: "cpu", started_at: timestamp() }),
    step("progress", { progress: 0, stage: "Opening the source" }),
    step("plugin_status", { plugin: "motion_detection", status: "started" }),
    step("plugin_status", { plugin: "quality_check", status: "started" }),
    ...Array.from({ length: FRAMES }, (_, index) => frameSteps(index)).flat(),
    step("plugin_status", { plugin: "motion_detection", status: "completed", timing_ms: 12.4, health: "ok" }),
    step("plugin_status", { plugin: "quality_check", status: "completed", timing_ms: 145.5, health: "degraded" }),
    step("progress", { progress: 100, stage: "Done" }),
    step("job_status", { status: "succeeded", finished_at: timestamp(FRAMES * STEP_MS) }),
  ]
}

/** @param {number} [afterMs] From now. */
function timestamp(afterMs = 0) {
  return new Date(serverClock.now() + afterMs).toISOString()
}

/** @param {number} index @returns {Step[]} */
function frameSteps(index) {
  const box = { x: 60 + index * 20, y: 120, width: 90, height: 160, confidence: 0.9, class: "walker" }
  const steps = [
    step("frame", {
      frame_id: index, plugin: "motion_detection", device_used: "cpu", timing_ms: 12.4, width: 640, height: 360,
      data: { boxes: [box] },
    }, STEP_MS),
    step("plugin_status", { plugin: "motion_detection", status: "running", timing_ms: 10 + (index % 5) }),
    step("plugin_status", { plugin: "quality_check", status: "running", timing_ms: 120 + 5 * (index % 7) }),
    step("progress", {
      progress: ((index + 1) / FRAMES) * 100, stage: "Analysing", rate: 1_000 / STEP_MS,
      eta_seconds: ((FRAMES - index - 1) * STEP_MS) / 1_000,
    }),
  ]
  if (index % 8 !== 5) return steps
  const severity = index === 5 ? "low" : "high"
  return [...steps, step("warning", { plugin: "quality_check", message: "The picture is blurred", severity, frame_id: index })]
}

/** @param {string} type @param {Record<string, any>} payload @param {number} [afterMs] @returns {Step} */
function step(type, payload, afterMs = 0) {
  return { afterMs, message: { type, payload: { ...JOB, ...payload } } }
}
