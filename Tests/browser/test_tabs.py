"""Many tabs of one browser while WebSockets are blocked: a browser has six connections to a server for all of them."""

import time

from harness import eventually
from test_restart import external_job, report

TABS = 8
STREAMS = 4
CROWDED = "Live, once a second: many tabs are open"

BLOCK_WEBSOCKETS = "globalThis.WebSocket = class { constructor() { throw new Error('blocked') } }"
REFUSED = "throw new DOMException('refused', 'SecurityError')"
REFUSE_LOCKS = "Object.defineProperty(Navigator.prototype, 'locks', {value: {request: async () => { %s }}})" % REFUSED
REFUSE_CHANNELS = "globalThis.BroadcastChannel = class { constructor() { %s } }" % REFUSED
WITHOUT_LOCKS = "Object.defineProperty(Navigator.prototype, 'locks', {value: undefined})"


def tabs_are_live(site, *scripts: str) -> None:
    job_id = external_job(site.real)
    first = site.page()
    context = first.context
    for script in (BLOCK_WEBSOCKETS, *scripts):
        context.add_init_script(script)
    tabs = [first] + [context.new_page() for _ in range(TABS - 1)]
    for number, tab in enumerate(tabs, 1):
        began = time.monotonic()
        tab.goto(f"{site.real.url}/jobs/{job_id}", timeout=10_000)
        shown(tab).get_by_text("Live").wait_for(timeout=10_000)
        print(f"  tab {number} is live after {time.monotonic() - began:.1f} s: {shown(tab).inner_text().strip()}")
    assert sorted(words(tab) for tab in tabs) == ["Live"] * STREAMS + [CROWDED] * (TABS - STREAMS)

    began = time.monotonic()
    report(site.real, job_id, "progress", {"progress": 64, "stage": "told to all"})
    for tab in tabs:
        tab.locator(".progress").get_by_text("64%").wait_for(timeout=3_000)
    print(f"  all tabs show a message after {time.monotonic() - began:.1f} s")

    for tab in [tab for tab in tabs if words(tab) == "Live"]:
        tabs.remove(tab)
        tab.close()
    for tab in tabs:
        tab.evaluate("dispatchEvent(new Event('online'))")
    eventually(lambda: [words(tab) for tab in tabs] == ["Live"] * (TABS - STREAMS), "they take the free streams", 40)
    report(site.real, job_id, "job_status", {"status": "succeeded"})
    for tab in tabs:
        tab.get_by_text("Succeeded", exact=True).first.wait_for(timeout=3_000)


def shown(tab):
    return tab.locator("realtime-overlay connection-badge")


def words(tab) -> str:
    return shown(tab).locator('[data-slot="connection-label"]').inner_text()


def test_eight_tabs_without_websockets_are_all_live(site):
    tabs_are_live(site)


def test_eight_tabs_without_websockets_and_locks_are_all_live(site):
    tabs_are_live(site, WITHOUT_LOCKS)


def test_a_browser_that_refuses_locks_and_channels_has_its_stream(site):
    job_id = external_job(site.real)
    for scripts in ([REFUSE_LOCKS], [WITHOUT_LOCKS, REFUSE_CHANNELS]):
        page = site.page()
        for script in (BLOCK_WEBSOCKETS, *scripts):
            page.add_init_script(script)
        page.goto(f"{site.real.url}/jobs/{job_id}")
        shown(page).get_by_text("Live", exact=True).wait_for(timeout=10_000)
