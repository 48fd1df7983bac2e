// @ts-check
/**
 * Why a connection ended, for people, if the close frame has no reason: RFC 6455 §7.4, and our own codes from 4000.
 * @param {number | null} code
 */
export function describeClose(code) {
  switch (code) {
    case 1001: return "the server is going away"
    case 1012: return "the server restarts"
    case 4000: return "the session id is not valid"
    case 4001: return "too many connections"
    case 4002: return "this page could not keep up"
    case 4003: return "not allowed"
    case 4004: return "the server heard nothing from this page"
    case 4005: return "the server could not read what this page sent"
    case 4006: return "the sign-in has expired"
    default: return "the connection was lost"
  }
}
