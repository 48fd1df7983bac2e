import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { formRefusal } from "../../web/js/form-refusal.js"

// The same cases as in FormRefusalTests, which are for a form without script.
describe("a refusal is said at its field, in the words of the form", () => {
  const cases = [
    ['The field "source": The source x.y4m does not exist.', "source", "The source x.y4m does not exist."],
    ['The field "name" has more than 200 bytes.', "name", "The name has more than 200 bytes."],
    ['The field "device_requested" must be "cpu", not "tpu".', "device_requested", 'The device must be "cpu", not "tpu".'],
    ['The field "plugins" names "x", which does not exist.', "plugins", 'The choice of plugins names "x", which does not exist.'],
    ['The field "options" must be an object.', null, 'The field "options" must be an object.'],
    ['The field "__proto__" is not known.', null, 'The field "__proto__" is not known.'],
    ["20 jobs are waiting already. Try again later.", null, "20 jobs are waiting already. Try again later."],
  ]
  for (const [detail, field, message] of cases) {
    test(detail, () => assert.deepEqual(formRefusal(detail), { message, field }))
  }
})
