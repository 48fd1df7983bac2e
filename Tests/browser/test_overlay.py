"""The sheet that shows a job live next to the list."""

from harness import eventually
from test_dashboard import HOSTILE, job_status, open_dashboard, row


def open_sheet(site, job_id: str = "sheet-1", **options):
    site.scripted.answers[f"/v1/jobs/{job_id}"] = {"job_id": job_id, "frames": []}
    page = open_dashboard(site, **options)
    job_status(site, job_id, "running")
    row(page, job_id).locator('[data-action="watch"]').click()
    connection = site.scripted.wait_for_connection(2)
    assert connection.query["job_id"] == [job_id]
    return page, page.locator("realtime-overlay"), connection


def say(site, connection, kind: str, payload: dict, **numbers) -> None:
    job_id = connection.query["job_id"][0]
    site.scripted.call(connection.send, kind, {"job_id": job_id, **payload}, **numbers)


def test_the_sheet_shows_the_job_and_returns_the_focus_when_closed(site):
    page, sheet, connection = open_sheet(site)
    sheet.wait_for()
    assert sheet.locator('[data-slot="overlay-title"]').evaluate("node => node === document.activeElement")
    say(site, connection, "progress", {"progress": 42.5, "stage": "motion", "rate": 12.43, "eta_seconds": 95})
    sheet.get_by_text("42.5%").wait_for()
    bar = sheet.locator("#progress-bar")
    assert bar.get_attribute("aria-valuenow") == "42.5"
    assert bar.evaluate("node => node.style.getPropertyValue('--value')") == "0.425"
    text = sheet.locator(".progress").inner_text()
    assert "motion" in text and "12.4/s" in text and "about 2 min" in text, text
    page.keyboard.press("Escape")
    sheet.wait_for(state="hidden")
    assert row(page, "sheet-1").locator('[data-action="watch"]').evaluate("node => node === document.activeElement")
    eventually(lambda: len(site.scripted.live) == 1, "its connection is closed")


def test_another_job_clears_the_sheet(site):
    page, sheet, connection = open_sheet(site)
    say(site, connection, "progress", {"progress": 80, "stage": "the first"})
    say(site, connection, "warning", {"plugin": "p", "message": "of the first", "severity": "high"})
    say(site, connection, "error", {"error": "of the first", "details": {"error_code": "X", "message": "m"}})
    sheet.locator("error-banner").get_by_text("of the first").wait_for()
    site.scripted.answers["/v1/jobs/sheet-2"] = {"job_id": "sheet-2", "frames": []}
    job_status(site, "sheet-2", "running", "the second")
    # The sheet may cover the button, but the keyboard still reaches it.
    row(page, "sheet-2").locator('[data-action="watch"]').press("Enter")
    eventually(lambda: "of the first" not in sheet.inner_text(), "nothing of the first job is left")
    assert sheet.locator('[data-slot="overlay-title"]').inner_text() == "the second"
    assert sheet.locator("#progress-bar").get_attribute("data-indeterminate") is not None


def test_progress_is_clamped_and_may_be_unknown(site):
    _, sheet, connection = open_sheet(site)
    bar = sheet.locator("#progress-bar")
    for value, figure in [(0, "0%"), (250, "Complete"), (-3, "0%"), (99.97, "99.9%")]:
        say(site, connection, "progress", {"progress": value})
        sheet.locator('[data-slot="percent"]').get_by_text(figure, exact=True).wait_for()
    say(site, connection, "progress", {"progress": None})
    eventually(lambda: bar.get_attribute("data-indeterminate") is not None, "an indeterminate bar")
    assert bar.get_attribute("aria-valuenow") is None
    assert sheet.get_by_text("Processing…").is_visible()


def test_plugins_show_their_timing_scaled_to_the_slowest(site):
    page, sheet, connection = open_sheet(site)
    inspector = sheet.locator("#plugin-inspector")
    assert inspector.get_by_text("No plugins running").is_visible()
    say(site, connection, "plugin_status", {"plugin": "quick", "status": "started"})
    inspector.get_by_text("Waiting for timing data").wait_for()
    say(site, connection, "metadata", {"plugin": "quick", "metadata": {"version": "1.2.3", "latency_budget_ms": 100}})
    say(site, connection, "plugin_status", {"plugin": "quick", "status": "running", "timing_ms": 145.5})
    say(site, connection, "plugin_status", {"plugin": "heavy", "status": "failed", "timing_ms": 582, "health": "slow"})
    say(site, connection, "plugin_status", {"plugin": "odd", "status": "sleeping", "timing_ms": -1})
    rows = inspector.locator(".plugin-row")
    eventually(lambda: rows.count() == 3, "three rows")
    found = rows.evaluate_all(
        "rows => rows.map(row => [row.dataset.key, row.dataset.state,"
        " ...['status', 'timing'].map(name => row.querySelector(`[data-slot=${name}]`).textContent),"
        " row.querySelector('[data-slot=bar]').style.getPropertyValue('--value'),"
        " row.querySelector('[data-slot=bar]').dataset.budget])")
    assert found == [
        ["quick", "running", "Running", "145.5 ms", "0.25", "medium"],
        ["heavy", "failed", "Failed", "582.0 ms", "1", ""],
        ["odd", "unknown", "Unknown", "N/A", "0", ""],
    ], found
    rows.first.locator("summary").click()
    assert "1.2.3" in rows.first.inner_text()
    say(site, connection, "plugin_status", {"plugin": "quick", "status": "completed", "timing_ms": 100})
    rows.first.get_by_text("Completed").wait_for()
    assert rows.first.locator("details").get_attribute("open") is not None, "an open row stays open"


def test_warnings_accumulate_and_the_newest_hundred_are_listed(site):
    page, sheet, connection = open_sheet(site)
    for index in range(130):
        severity = "high" if index % 10 == 0 else "low"
        say(site, connection, "warning", {"plugin": "p", "message": f"same {index % 2}", "severity": severity})
    count = sheet.locator('[data-slot="warning-count"]')
    eventually(lambda: count.inner_text() == "130", "130 warnings")
    assert sheet.locator(".warning-row").count() == 100
    assert sheet.get_by_text("… and 30 more").is_visible()
    sheet.locator('[data-action="filter-severity"]').select_option("high")
    assert sheet.locator(".warning-row").count() == 13
    sheet.locator('[data-action="filter-severity"]').select_option("medium")
    assert sheet.get_by_text("0 of 130 warnings match").is_visible()
    sheet.locator('[data-action="filter-severity"]').select_option("all")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    sheet.locator('[data-action="copy-warnings"]').click()
    page.locator(".toast").get_by_text("Copied 130 warnings").wait_for()


def test_hostile_strings_are_shown_as_text_everywhere(site):
    page, sheet, connection = open_sheet(site)
    say(site, connection, "job_status", {"status": "running", "name": HOSTILE})
    say(site, connection, "progress", {"progress": 5, "stage": HOSTILE})
    say(site, connection, "plugin_status", {"plugin": HOSTILE, "status": HOSTILE, "timing_ms": 1, "health": HOSTILE})
    say(site, connection, "metadata", {"plugin": HOSTILE, "metadata": {HOSTILE: HOSTILE, "tags": [HOSTILE]}})
    say(site, connection, "warning", {"plugin": HOSTILE, "message": HOSTILE, "severity": HOSTILE, "frame_id": HOSTILE})
    say(site, connection, "error", {"error": HOSTILE, "details": {"error_code": HOSTILE, "message": HOSTILE}})
    say(site, connection, "frame", {
        "frame_id": HOSTILE, "plugin": HOSTILE, "device_used": HOSTILE, "timing_ms": 1, "width": 640, "height": 360,
        "image_url": "javascript:document.title='owned'",
        "data": {"boxes": [{"x": 1, "y": 1, "width": 9, "height": 9, "confidence": 0.5, "class": HOSTILE}]}})
    eventually(lambda: sheet.inner_text().count(HOSTILE) >= 5, "the strings are shown as text")
    assert page.title() != "owned"
    assert sheet.locator("script, img[onerror], img[src^=javascript]").count() == 0


PIXEL = ("data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
         "awAAAABJRU5ErkJggg==")


def test_a_dismissed_error_does_not_reappear_with_the_next_error(site):
    page, sheet, connection = open_sheet(site, "errors-1")
    for title in ("First", "Second", "Third"):
        say(site, connection, "error", {"error": title})
        sheet.get_by_text(title, exact=True).wait_for()
        if title != "Third":
            sheet.locator(".error-row", has_text=title).get_by_role("button").click()
    assert sheet.locator(".error-row").all_inner_texts()[0].count("Third") == 1
    assert sheet.locator(".error-row").count() == 1


def test_pausing_a_job_does_not_pause_the_next_job(site):
    page, sheet, connection = open_sheet(site, "paused-1")
    say(site, connection, "frame", {
        "frame_id": 1, "plugin": "one", "device_used": "cpu", "timing_ms": 1, "width": 640, "height": 360,
        "image_url": PIXEL, "data": {}})
    sheet.get_by_text("Frame 1 · one").wait_for()
    sheet.locator("#toggle-play-pause").click()
    page.keyboard.press("Escape")
    site.scripted.answers["/v1/jobs/ended-1"] = {"job_id": "ended-1", "frames": [
        {"frame_id": number, "width": 640, "height": 360, "image_url": PIXEL, "plugins": {"two": {"timing_ms": 1}}}
        for number in (1, 2)]}
    job_status(site, "ended-1", "succeeded")
    row(page, "ended-1").locator('[data-action="watch"]').click()
    other = eventually(
        lambda: next((each for each in site.scripted.live if each.query.get("job_id") == ["ended-1"]), None), "its stream")
    say(site, other, "job_status", {"status": "succeeded"})
    sheet.get_by_text("Frame 2 · two").wait_for()


def test_a_frame_is_shown_with_its_boxes_and_the_settings_are_saved(site):
    page, sheet, connection = open_sheet(site)

    def frame(frame_id: int, plugin: str, boxes: list) -> None:
        say(site, connection, "frame", {
            "frame_id": frame_id, "plugin": plugin, "device_used": "cpu", "timing_ms": 1, "width": 640, "height": 360,
            "image_url": PIXEL, "data": {"boxes": boxes}})

    box = {"x": 10, "y": 40, "width": 100, "height": 50, "confidence": 0.876, "class": "walker"}
    frame(1, "one", [box])
    sheet.get_by_text("walker 0.88").wait_for()
    frame(2, "one", [box])
    frame(2, "two", [{**box, "x": 300, "class": "runner"}])
    sheet.get_by_text("runner 0.88").wait_for()
    assert sheet.locator(".frame-box").count() == 2, "the boxes of both plugins in the same frame"
    assert sheet.locator('[data-slot="frame-boxes"]').get_attribute("viewBox") == "0 0 640 360"
    scrub = sheet.locator('[data-action="scrub"]')
    scrub.evaluate("node => { node.value = 0; node.dispatchEvent(new Event('input', {bubbles: true})) }")
    eventually(lambda: sheet.locator(".frame-box").count() == 1, "the first frame is shown again")
    assert sheet.locator('[data-slot="scrub-label"]').inner_text() == "frame 1"
    sheet.locator("#toggle-labels").click()
    assert not sheet.get_by_text("walker 0.88").is_visible()
    page.reload()
    assert page.locator("#toggle-labels").get_attribute("aria-pressed") == "false"
