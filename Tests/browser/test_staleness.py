"""Pages without a connection: they show the time of their data, and don't claim that anything is running."""

import json
import re

from harness import Server, eventually, get
from scripted_server import timestamp
from test_connection import NETWORK, badge
from test_dashboard import job_status, open_dashboard, row
from test_overlay import open_sheet, say
from test_pages import a_job

AS_OF = re.compile(r"^as of \d\d:\d\d:\d\d$")


def open_job(site):
    """Opens the page of a real job, and replaces the job's state with a scripted snapshot of a running job."""
    job_id = a_job(site)
    site.scripted.answers[f"/v1/jobs/{job_id}"] = {"job_id": job_id, "frames": []}
    site.scripted.answers[f"/v1/jobs/{job_id}/extended"] = {"job_id": job_id, "name": "build", "status": "running", "progress": 64}
    page = site.page()
    page.goto(f"{site.scripted.url}/jobs/{job_id}")
    connection = site.scripted.wait_for_connection()
    begin_anew(site, connection, "e1:1", [
        ("job_status", {"status": "running", "name": "build", "started_at": timestamp()}),
        ("progress", {"progress": 64, "stage": "linking", "eta_seconds": 95})])
    eventually(lambda: page.title() == "64% · build", "the page is live")
    return page, connection


def begin_anew(site, connection, cursor: str, snapshot: list, count: int | None = None) -> None:
    site.scripted.call(connection.send, "error", {"error": "gap", "details": {"error_code": "REPLAY_GAP"}})
    greeting = {"interval_seconds": 30, "cursor": cursor, "snapshot_messages": count or len(snapshot)}
    site.scripted.call(connection.send, "ping", greeting)
    for kind, payload in snapshot:
        say(site, connection, kind, payload)


def favicon(page) -> str:
    icon = page.locator('[data-slot="favicon"]')
    shown = icon.get_attribute("href")
    return next(each for each in ("idle", "running", "succeeded", "failed") if icon.get_attribute(f"data-{each}") == shown)


def test_a_disconnected_job_page_shows_the_time_of_its_data_and_stops_its_clock(site):
    site.expect_complaint(NETWORK)
    page, connection = open_job(site)
    say(site, connection, "plugin_status", {"plugin": "p", "status": "running", "timing_ms": 5})
    page.locator(".plugin-row").get_by_text("Running", exact=True).wait_for()
    assert favicon(page) == "running"
    overlay = page.locator("realtime-overlay")
    elapsed = page.locator('.progress [data-slot="elapsed"]')
    eventually(lambda: elapsed.inner_text() == "0:02", "the clock runs")
    site.scripted.stop()
    overlay.locator("connection-badge").get_by_text("Reconnecting…").wait_for()
    overlay.locator("connection-badge").get_by_text(AS_OF).wait_for()
    status = page.locator('.job-page__headline [data-slot="job-status"]')
    assert status.inner_text() == "Was running"
    assert page.locator('.plugin-row [data-slot="status"]').inner_text() == "Was running"
    assert re.fullmatch(r"64% at \d\d:\d\d:\d\d · build", page.title()), page.title()
    assert favicon(page) == "idle"
    motion = page.locator(".job-page__headline .status-icon").evaluate("node => getComputedStyle(node).animationName")
    assert motion == "none", motion
    stood = elapsed.inner_text()
    page.wait_for_timeout(2_500)
    assert elapsed.inner_text() == stood
    site.scripted.start()
    resumed = site.scripted.wait_for_connection()
    overlay.locator("connection-badge").get_by_text("Live", exact=True).wait_for()
    say(site, resumed, "job_status", {"status": "failed", "error": "The server stopped while the job ran.",
                                      "finished_at": timestamp()})
    page.locator("error-banner").get_by_text("The server stopped while the job ran.").wait_for()
    page.wait_for_timeout(500)
    assert page.title() == "✗ Failed · build", page.title()


def test_a_disconnected_list_does_not_claim_that_jobs_are_running(site):
    site.expect_complaint(NETWORK)
    page = open_dashboard(site)
    job_status(site, "stale-1", "running", started_at=timestamp())
    job_status(site, "stale-2", "succeeded", started_at=timestamp(), finished_at=timestamp())
    row(page, "stale-1").get_by_text("Running").wait_for()
    site.scripted.stop()
    row(page, "stale-1").get_by_text("Was running").wait_for()
    assert row(page, "stale-2").get_by_text("Succeeded", exact=True).is_visible()
    duration = row(page, "stale-1").locator('[data-slot="duration"]')
    stood = duration.inner_text()
    page.wait_for_timeout(2_200)
    assert duration.inner_text() == stood
    site.scripted.start()
    row(page, "stale-1").get_by_text("Running", exact=True).wait_for(timeout=15_000)


def test_after_a_gap_the_list_is_not_live_until_it_has_been_loaded_again(site):
    site.expect_complaint(NETWORK)
    page = open_dashboard(site)
    job_status(site, "gap-1", "running", started_at=timestamp())
    row(page, "gap-1").get_by_text("Running", exact=True).wait_for()
    page.route("**/v1/jobs?*", lambda route: route.fulfill(status=503))

    async def begin_anew(connection) -> None:
        connection.send("error", {"error": "gap", "details": {"error_code": "REPLAY_GAP"}})
        connection.send("ping", {"interval_seconds": 30, "cursor": "e2:1"})

    site.scripted.on_connect = begin_anew
    site.scripted.call(site.scripted.live[-1].abort)
    badge(page).get_by_text("Reconnecting…").wait_for()
    site.scripted.wait_for_connection()
    page.wait_for_timeout(1_500)
    assert badge(page).get_by_text("Reconnecting…").is_visible(), "the rows are still the old ones"
    assert row(page, "gap-1").get_by_text("Was running").is_visible()
    job = {"job_id": "gap-1", "name": "job gap-1", "status": "succeeded", "created_at": timestamp()}
    site.scripted.answers["/v1/jobs"] = {"jobs": [job], "next": None}
    page.unroute("**/v1/jobs?*")
    badge(page).get_by_text("Live", exact=True).wait_for()
    assert row(page, "gap-1").get_by_text("Succeeded", exact=True).is_visible()


def test_after_restoring_a_backup_no_old_data_is_shown(site):
    page, connection = open_job(site)
    say(site, connection, "plugin_status", {"plugin": "of-the-old", "status": "running", "timing_ms": 5})
    say(site, connection, "warning", {"plugin": "p", "message": "of the old", "severity": "high"})
    page.locator(".warning-row").get_by_text("of the old").wait_for()
    begin_anew(site, connection, "e2:5", [("job_status", {"status": "queued", "name": "build"})], count=2)
    page.wait_for_timeout(200)
    assert page.locator(".warning-row").get_by_text("of the old").is_visible(), "an incomplete snapshot replaces nothing"
    say(site, connection, "plugin_status", {"plugin": "of-the-new", "status": "started"})
    page.locator(".plugin-row").get_by_text("of-the-new").wait_for()
    assert "of-the-old" not in page.locator(".plugin-inspector").inner_text()
    assert "of the old" not in page.locator(".plugin-inspector").inner_text()
    eventually(lambda: page.title() == "Queued · build", "the state from the backup")
    site.scripted.call(connection.abort)
    eventually(lambda: any(each.query.get("since") == ["e2:5"] for each in site.scripted.live), "the page resumes with the new cursor")


def test_a_page_of_a_deleted_job_says_so_and_stops_reconnecting(site):
    page, connection = open_job(site)
    attempts = []

    async def refuse(connection):
        attempts.append(connection)
        connection.send("error", {"error": "NOT_FOUND", "details": {"error_code": "NOT_FOUND", "message": "Job not found."}})
        connection.close(1008, "Job not found.")

    site.scripted.on_connect = refuse
    site.scripted.call(connection.abort)
    shown = page.locator("realtime-overlay connection-badge")
    shown.get_by_text("No longer on the server").wait_for()
    assert page.locator('.job-page__headline [data-slot="job-status"]').inner_text() == "Was running"
    assert not shown.get_by_role("button").is_visible()
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_timeout(2_500)
    assert len(attempts) == 1, f"{len(attempts)} attempts"


def test_polled_warnings_are_not_counted_again_when_the_stream_resumes(site):
    site.expect_complaint(NETWORK)
    page, sheet, connection = open_sheet(site, "polled-2")
    topic = {"topic": "job:polled-2"}
    say(site, connection, "warning", {"plugin": "p", "message": "first", "severity": "low"}, id="e1:1", seq=1, **topic)
    sheet.locator(".warning-row").wait_for()
    second = {"type": "warning", "timestamp": timestamp(), "id": "e1:2", "seq": 2, **topic,
              "payload": {"job_id": "polled-2", "plugin": "p", "message": "second", "severity": "high"}}
    site.scripted.answers["/v1/jobs/polled-2/extended"] = {
        "job_id": "polled-2", "status": "running", "progress": 61, "warnings": ["first", "second"]}
    site.scripted.answers["/v1/jobs/polled-2/messages"] = {"messages": [second], "next": None}
    site.scripted.refuse_upgrades = True
    site.scripted.call(connection.abort)
    sheet.locator(".warning-row").get_by_text("second").wait_for(timeout=15_000)
    sheet.locator("connection-badge").get_by_text("Live, once a second").wait_for()
    site.scripted.refuse_upgrades = False
    resumed = eventually(
        lambda: next((each for each in site.scripted.live if each.query.get("since") == ["e1:2"]), None), "a resume", 20)
    say(site, resumed, "warning", {"plugin": "p", "message": "third", "severity": "low"}, id="e1:3", seq=3, **topic)
    eventually(lambda: sheet.locator('[data-slot="warning-count"]').inner_text() == "3", "three warnings")


def test_failed_polling_is_not_live(site):
    site.expect_complaint(NETWORK)
    page, sheet, connection = open_sheet(site, "polled-3")
    site.scripted.answers["/v1/jobs/polled-3/extended"] = {"job_id": "polled-3", "status": "running", "progress": 61}
    site.scripted.refuse_upgrades = True
    site.scripted.call(connection.abort)
    sheet.locator("connection-badge").get_by_text("Live, once a second").wait_for(timeout=15_000)
    site.scripted.stop()
    sheet.locator("connection-badge").get_by_text(AS_OF).wait_for(timeout=5_000)


def test_the_list_is_polled_if_no_stream_connects(site):
    site.expect_complaint(NETWORK)
    page = site.page()
    site.scripted.refuse_upgrades = True
    job = {"job_id": "listed-1", "name": "listed", "status": "running", "progress": 10, "created_at": timestamp()}
    site.scripted.answers["/v1/jobs"] = {"jobs": [job], "next": None}
    page.goto(site.scripted.url + "/")
    row(page, "listed-1").get_by_text("10%").wait_for(timeout=20_000)
    badge(page).get_by_text("Live, once a second").wait_for()
    site.scripted.answers["/v1/jobs"] = {"jobs": [{**job, "progress": 20}], "next": None}
    row(page, "listed-1").get_by_text("20%").wait_for(timeout=3_000)
    assert page.locator("job-list .job-row").count() == 1


def test_server_sent_events_are_used_if_websocket_can_not_connect(site):
    site.expect_complaint(NETWORK)
    site.scripted.refuse_upgrades = site.scripted.passes_events = True
    page = site.page()
    page.goto(site.scripted.url + "/")
    badge(page).get_by_text("Live", exact=True).wait_for()
    before = page.locator("job-list .job-row").count()
    page.evaluate("""() => fetch("/v1/jobs", {
        method: "POST", headers: {"content-type": "application/json"}, body: '{"kind": "external", "name": "Told by events"}',
      }).then(answer => answer.json()).then(job => fetch(`/v1/jobs/${job.job_id}/cancel`, {method: "POST"}))""")
    eventually(lambda: page.locator("job-list .job-row").count() == before + 1, "the new job arrives as an event")


def test_a_page_from_the_browser_cache_shows_the_time_of_its_data_and_catches_up(site):
    site.expect_complaint(NETWORK)
    server = Server("--demo")
    try:
        job_id = eventually(lambda: json.loads(get(server.url + "/v1/jobs"))["jobs"], "the demo's job")[-1]["job_id"]
        page = site.page()
        page.add_init_script("addEventListener('unload', () => {})")  # Keeps the page out of the back/forward cache.
        page.goto(f"{server.url}/")
        badge(page).get_by_text("Live", exact=True).wait_for()
        page.goto(f"{server.url}/jobs/{job_id}")
        page.locator("realtime-overlay connection-badge").get_by_text("Live", exact=True).wait_for()
        server.kill()
        page.go_back()
        eventually(lambda: badge(page).get_by_text(AS_OF).is_visible(), "the time of the data", 15)
        assert row(page, job_id).is_visible()
        server.start()
        badge(page).get_by_text("Live", exact=True).wait_for(timeout=30_000)
    finally:
        server.stop()
