"""What a page shows when the network or the server goes down and comes back."""

import re
import time

from harness import Server, eventually
from test_dashboard import job_status, open_dashboard, row
from test_overlay import open_sheet, say

NETWORK = "WebSocket connection|Failed to load resource|ERR_"


def badge(page):
    return page.locator(".page-shell__bar connection-badge")


def test_a_loading_page_does_not_flash_reconnecting(site):
    site.expect_complaint(NETWORK)
    site.scripted.refuse_upgrades = True
    page = site.page()
    # Polling fails too: a page that can poll would show that it is live.
    page.route("**/v1/jobs*", lambda route: route.abort())
    page.goto(site.scripted.url + "/")
    time.sleep(1.5)
    assert badge(page).inner_text().strip() == "Connecting…"
    badge(page).get_by_text("Reconnecting…").wait_for(timeout=4_000)


def test_a_lost_connection_resumes_from_the_cursor(site):
    page, sheet, connection = open_sheet(site)
    say(site, connection, "warning", {"plugin": "p", "message": "1", "severity": "low"}, id="e1:8", topic="job:x", seq=1)
    eventually(lambda: sheet.locator(".warning-row").count() == 1, "the first warning")
    site.scripted.call(connection.abort)
    resumed = eventually(
        lambda: next((each for each in site.scripted.live if each.query.get("since") == ["e1:8"]), None), "a resume")
    for seq in (1, 2):
        say(site, resumed, "warning", {"plugin": "p", "message": str(seq), "severity": "low"},
            id=f"e1:{seq + 7}", topic="job:x", seq=seq)
    eventually(lambda: sheet.locator(".warning-row").count() == 2, "both warnings, once each")
    assert sheet.locator('[data-slot="warning-count"]').inner_text() == "2"


def test_a_resumed_page_is_not_live_until_it_has_caught_up(site):
    page, sheet, connection = open_sheet(site)
    live = sheet.locator("connection-badge")
    say(site, connection, "progress", {"progress": 10}, id="e1:8", topic="job:x", seq=1)
    sheet.locator(".progress").get_by_text("10%").wait_for()
    live.get_by_text("Live", exact=True).wait_for()

    async def greet(connection) -> None:
        cursor = connection.query.get("since", ["e1:0"])[0]
        connection.send("ping", {"interval_seconds": 30, "cursor": cursor, "catching_up": cursor == "e1:8"})

    site.scripted.on_connect = greet
    site.scripted.call(connection.abort)
    resumed = eventually(
        lambda: next((each for each in site.scripted.live if each.query.get("since") == ["e1:8"]), None), "a resume")
    say(site, resumed, "progress", {"progress": 50}, id="e1:9", topic="job:x", seq=2)
    sheet.locator(".progress").get_by_text("50%").wait_for()
    assert live.get_by_text("Reconnecting…").is_visible(), "the page may show outdated data"
    say(site, resumed, "progress", {"progress": 90}, id="e1:10", topic="job:x", seq=3)
    site.scripted.call(resumed.send, "ping", {"interval_seconds": 30, "caught_up": True})
    live.get_by_text("Live", exact=True).wait_for()
    assert sheet.locator(".progress").get_by_text("90%").is_visible()


def test_an_offline_page_shows_the_time_of_its_data_and_recovers(site):
    site.expect_complaint(NETWORK)
    page = open_dashboard(site)
    page.context.set_offline(True)
    for connection in site.scripted.live:
        site.scripted.call(connection.abort)
    badge(page).get_by_text("Offline: showing data").wait_for()
    badge(page).get_by_text(re.compile(r"^as of \d\d:\d\d:\d\d$")).wait_for()
    page.context.set_offline(False)
    badge(page).get_by_text("Live", exact=True).wait_for(timeout=5_000)


def test_after_the_fifth_failed_attempt_the_page_offers_to_reconnect(site):
    site.expect_complaint(NETWORK)
    page = site.page()
    page.clock.install()
    page.goto(site.scripted.url + "/")
    site.scripted.wait_for_connection()
    badge(page).get_by_text("Live", exact=True).wait_for()
    site.scripted.stop()
    badge(page).get_by_text("Reconnecting…").wait_for()
    button = badge(page).get_by_role("button", name="Reconnect now")

    def gave_up() -> bool:
        page.clock.run_for(1_000)
        return button.is_visible()

    eventually(gave_up, "the client gives up", seconds=30)
    assert "Disconnected" in badge(page).inner_text()
    # Stops the clock, so that the page doesn't reconnect by itself before the click.
    page.clock.pause_at(page.evaluate("Date.now()") + 1_000)
    site.scripted.start()
    button.click()
    eventually(lambda: page.clock.run_for(100) or badge(page).get_by_text("Live", exact=True).is_visible(), "live again")


def test_without_a_stream_the_page_polls_every_second(site):
    site.expect_complaint(NETWORK)
    page, sheet, connection = open_sheet(site, "polled-1")
    site.scripted.answers["/v1/jobs/polled-1/extended"] = {
        "job_id": "polled-1", "status": "running", "progress": 61, "stage": "polled", "plugin_timings": {"p": 12.5},
        "warnings": ["one"], "device_requested": "cpu", "device_used": "cpu", "fallback": False, "frames": []}
    site.scripted.refuse_upgrades = True
    site.scripted.call(connection.abort)
    sheet.get_by_text("61%").wait_for(timeout=20_000)
    sheet.locator("connection-badge").get_by_text("Live, once a second").wait_for()
    assert "12.5 ms" in sheet.inner_text()
    site.scripted.refuse_upgrades = False
    sheet.locator("connection-badge").get_by_text("Live", exact=True).wait_for(timeout=15_000)


def test_a_page_is_live_within_5_s_of_the_restart_of_a_killed_server(site):
    site.expect_complaint(NETWORK)
    server = Server()
    try:
        page = site.page()
        page.goto(server.url + "/")
        badge(page).get_by_text("Live", exact=True).wait_for()
        server.kill()
        badge(page).get_by_text("Reconnecting…").wait_for()
        server.start()
        began = time.monotonic()
        badge(page).get_by_text("Live", exact=True).wait_for(timeout=5_000)
        print(f"  live again after {time.monotonic() - began:.1f} s")
    finally:
        server.stop()
