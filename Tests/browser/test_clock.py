"""A visitor's clock that is wrong: nothing on a page may show it."""

import re
import time

from harness import eventually
from scripted_server import timestamp
from test_connection import badge
from test_restart import external_job, report

WRONG_SECONDS = (600, -600, 86_400)


def page_with_wrong_clock(site, seconds: int):
    page = site.page()
    page.add_init_script("""{
      const Right = Date, off = %d
      globalThis.Date = class extends Right {
        constructor(...parts) { if (parts.length === 0) super(Right.now() + off); else super(...parts) }
        static now() { return Right.now() + off }
      }
    }""" % (seconds * 1_000))
    return page


def seconds_of(clock: str) -> int:
    minutes, seconds = clock.split(":")
    return int(minutes) * 60 + int(seconds)


def test_a_visitors_clock_that_is_wrong_does_not_show(site):
    server = site.real
    for off in WRONG_SECONDS:
        began = time.monotonic()
        job_id = external_job(server)
        report(server, job_id, "progress", {"progress": 10, "stage": "at work"})
        page = page_with_wrong_clock(site, off)
        states = []
        page.expose_function("toldState", lambda state: states.append(state))
        page.add_init_script("""addEventListener("DOMContentLoaded", () => {
          const badge = document.querySelector("connection-badge")
          new MutationObserver(() => toldState(badge.dataset.state)).observe(badge, {attributes: true})
        })""")
        page.goto(f"{server.url}/jobs/{job_id}")
        live = page.locator("realtime-overlay connection-badge")
        live.get_by_text("Live", exact=True).wait_for()
        page.wait_for_timeout(1_500)
        took = time.monotonic() - began
        elapsed = seconds_of(page.locator('.progress [data-slot="elapsed"]').inner_text())
        assert 1 <= elapsed <= took + 1, f"{off} s off: {elapsed} s, not {took:.1f} s"
        assert set(states) <= {"connecting", "live"}, f"{off} s off: the page takes itself for old: {states}"
        assert page.locator('.job-page__facts [data-slot="moment"]').first.inner_text() == "just now"

        page.goto(f"{server.url}/")
        badge(page).get_by_text("Live", exact=True).wait_for()
        page.wait_for_timeout(1_200)
        row = page.locator(f'job-list [data-key="{job_id}"]')
        took = time.monotonic() - began
        duration = seconds_of(row.locator('[data-slot="duration"]').inner_text())
        assert 1 <= duration <= took + 1, f"{off} s off: {duration} s, not {took:.1f} s"
        assert row.locator('[data-slot="started"]').inner_text() == "just now"
        report(server, job_id, "job_status", {"status": "succeeded"})
        row.get_by_text("Succeeded").wait_for()


def test_a_visitors_clock_that_is_wrong_does_not_date_a_failure_of_the_storage(site):
    page = page_with_wrong_clock(site, 86_400)
    page.goto(f"{site.scripted.url}/")
    site.scripted.wait_for_connection()
    badge(page).get_by_text("Live", exact=True).wait_for()
    site.scripted.publish("storage", {"status": "failing", "since": timestamp(), "reason": "The disk is full."})
    page.locator("storage-banner").get_by_text("The disk is full.").wait_for()
    # A time of today has no date.
    assert re.fullmatch(r"\d\d:\d\d:\d\d", page.locator("storage-banner time").inner_text())


def test_a_page_from_the_browsers_cache_knows_that_it_is_old_whatever_the_clock_says(site):
    site.expect_complaint("WebSocket|Failed to load|ERR_")
    for off in (0, -600):
        job_id = external_job(site.real)
        page = page_with_wrong_clock(site, off)
        page.add_init_script("addEventListener('unload', () => {})")  # Keeps the page out of the back/forward cache.
        page.goto(f"{site.scripted.url}/jobs/{job_id}")
        page.locator("realtime-overlay connection-badge").wait_for()
        page.goto("about:blank")
        site.scripted.stop()
        page.go_back()
        shown = page.locator("realtime-overlay connection-badge")
        shown.get_by_text(re.compile(r"^as of \d\d:\d\d:\d\d$")).wait_for(timeout=2_500)
        assert page.locator('.job-page__headline [data-slot="job-status"]').inner_text() == "Was running"
        site.scripted.start()
        eventually(lambda: shown.get_attribute("data-state") == "live", "the page is live again", 6)
        report(site.real, job_id, "job_status", {"status": "succeeded"})
