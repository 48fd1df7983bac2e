import assert from "node:assert/strict"
import { afterEach, beforeEach, describe, test } from "node:test"
import { attachNotification, notificationProblem } from "../../web/js/jobs/job-notification.js"
import { setPreference } from "../../web/js/preferences.js"

const UNABLE = /shows no notifications of pages/
const settle = () => new Promise(resolve => setImmediate(resolve))

/** A browser whose visitor answers the question. On Android the constructor throws, permission or not. */
function makeNotifications({ answer = "granted", permission = "default", isAndroid = false } = {}) {
  return class {
    static permission = permission
    static asked = 0
    static made = []
    static requestPermission = async () => {
      this.asked += 1
      return answer
    }

    constructor(title, options) {
      if (isAndroid) throw new TypeError("Illegal constructor. Use ServiceWorkerRegistration.showNotification() instead.")
      this.constructor.made.push({ title, ...options })
    }

    close() {}
  }
}

const { Notification, isSecureContext, document } = globalThis
beforeEach(() => {
  setPreference("notifications", null)
  globalThis.isSecureContext = true
})
afterEach(() => Object.assign(globalThis, { Notification, isSecureContext, document }))

describe("the promise of a notification", () => {
  test("is made if the browser can keep it and the visitor allows it", async () => {
    globalThis.Notification = makeNotifications()
    assert.equal(await notificationProblem(), null)
  })

  test("is not made in Chrome for Android, which lets no page make one, whatever was allowed before", async () => {
    for (const permission of ["default", "granted"]) {
      setPreference("notifications", null)
      globalThis.Notification = makeNotifications({ isAndroid: true, permission })
      for (const _ of [1, 2]) assert.match(await notificationProblem(), UNABLE)
      assert.equal(globalThis.Notification.asked, 0, "there is no point in asking")
    }
  })

  test("is not made if the visitor does not allow it, or has blocked it", async () => {
    globalThis.Notification = makeNotifications({ answer: "default" })
    assert.equal(await notificationProblem(), "No notification will be shown")
    globalThis.Notification = makeNotifications({ answer: "denied" })
    assert.match(await notificationProblem(), /blocked for this site/)
  })

  test("is not made on a page that came over plain HTTP", async () => {
    globalThis.Notification = makeNotifications()
    globalThis.isSecureContext = false
    assert.match(await notificationProblem(), /HTTPS/)
  })
})

describe("the button", () => {
  /** All toasts of a page use the same element. */
  const toast = { setAttribute() {} }

  /** A job's page: its button, its toasts, and the state of its job. */
  function makePage() {
    const listeners = new Map()
    const button = {
      hidden: false, pressed: null,
      addEventListener: (_, listener) => { button.click = listener },
      setAttribute: (_, value) => { button.pressed = value },
    }
    const store = { state: { status: "running" }, subscribe: listener => { store.tell = listener } }
    globalThis.document = {
      hidden: true, querySelector: () => button, createElement: () => toast, body: { append() {} },
      addEventListener: (name, listener) => listeners.set(name, listener),
    }
    attachNotification({ store })
    return { button, store, listeners }
  }

  test("promises a notification and shows it when the job ends", async () => {
    globalThis.Notification = makeNotifications()
    const { button, store } = makePage()
    await button.click()
    globalThis.Notification.made.length = 0
    store.tell({ status: "running", name: "build", jobId: "7" })
    assert.deepEqual([button.pressed, globalThis.Notification.made], ["true", []])
    store.tell({ status: "failed", name: "build", jobId: "7" })
    assert.deepEqual(globalThis.Notification.made, [{ title: "Failed: build", tag: "job-7" }])
    assert.equal(button.hidden, true)
  })

  test("says why there will be none, and is not pressed", async () => {
    globalThis.Notification = makeNotifications({ isAndroid: true })
    const { button, store } = makePage()
    await button.click()
    assert.equal(button.pressed, "false")
    assert.match(toast.textContent, UNABLE)
    store.tell({ status: "succeeded", name: "build", jobId: "7" })
    await settle()
  })

  test("says afterwards if the browser broke the promise, when the visitor is back", async () => {
    globalThis.Notification = makeNotifications()
    const { button, store, listeners } = makePage()
    await button.click()
    globalThis.Notification = makeNotifications({ isAndroid: true })
    store.tell({ status: "succeeded", name: "build", jobId: "7" })
    assert.doesNotMatch(toast.textContent, /could not show/)
    listeners.get("visibilitychange")()
    assert.match(toast.textContent, /could not show the notification/)
  })
})
