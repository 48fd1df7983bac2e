// @ts-check
/**
 * When a client that has lost its connection tries again. `docs/api.md` explains each figure.
 *
 * @typedef {object} RetrySchedule
 * @property {readonly number[]} delaysMs The delay before each attempt. When the last one has failed, the client is CLOSED.
 * @property {number} jitter The largest random change of a delay, as a share of it, so that many pages don't reconnect
 * at once.
 * @property {number} tooManyDelayMs The least delay after a refusal for too many connections (4001).
 * @property {readonly [soonest: number, latest: number]} restartDelayMs A restarting server (1012) is back soon: the first
 * delay is random within this range.
 * @property {ReadonlySet<number | string | null>} notRetried Close codes after which the client is CLOSED at once.
 * @property {number} connectTimeoutMs How long an attempt may take.
 * @property {number} probeIntervalMs The longest interval of the requests that check whether the server answers again.
 * @property {number} probeJitter The largest random reduction of that interval, as a share of it.
 * @property {number} retryWhilePollingMs Interval of attempts while requests are answered and streams are not.
 */

export const CLOSE_CODE = Object.freeze({
  policyViolation: 1008,
  restart: 1012,
  invalidSession: 4000,
  tooManyConnections: 4001,
  forbidden: 4003,
  noPong: 4004,
  tooManyBadMessages: 4005,
  tokenExpired: 4006,
})

/** @type {Readonly<RetrySchedule>} */
export const STANDARD_SCHEDULE = Object.freeze({
  delaysMs: Object.freeze([1_000, 2_000, 4_000, 8_000, 16_000]),
  jitter: 0.1,
  tooManyDelayMs: 30_000,
  restartDelayMs: Object.freeze(/** @type {[number, number]} */ ([500, 1_500])),
  // The server would refuse the same request for the same reason. It accepts a connection before it refuses it, so each
  // attempt would count as a success, and the next one would follow within 1 s.
  notRetried: new Set([
    CLOSE_CODE.policyViolation, CLOSE_CODE.invalidSession, CLOSE_CODE.forbidden, CLOSE_CODE.tooManyBadMessages,
  ]),
  connectTimeoutMs: 10_000,
  probeIntervalMs: 4_000,
  probeJitter: 0.2,
  retryWhilePollingMs: 30_000,
})
