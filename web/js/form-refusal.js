// @ts-check
/** By the names of the form's fields, what a sentence calls them. @type {Readonly<Record<string, string>>} */
const WORDS = { source: "The source", plugins: "The choice of plugins", device_requested: "The device", name: "The name" }

/** A mistake that a person can mend in the form, and the field where; null where it is about none. */
export class FormError extends Error {
  /** @param {string} message @param {string | null} field By its name, or `file`. */
  constructor(message, field) {
    super(message)
    this.name = "FormError"
    this.field = field
  }
}

/**
 * What the server says to a program, `The field "source": …`, as the form says it to a person, who sees the field. Swift's
 * `StartJobForm.Problem` does the same for a form that was sent without script.
 * @param {string} detail
 * @returns {{message: string, field: string | null}}
 */
export function formRefusal(detail) {
  const [, field, rest] = detail.match(/^The field "([^"]*)"(.*)$/s) ?? []
  if (field === undefined || !Object.hasOwn(WORDS, field)) return { message: detail, field: null }
  return { message: rest.startsWith(": ") ? rest.slice(2) : WORDS[field] + rest, field }
}
