"""The job list, and the form that starts a job."""

import re

from harness import eventually
from scripted_server import timestamp

HOSTILE = '<img src=x onerror="document.title=\'owned\'">&amp;"\'</script><script>document.title="owned"</script>'


def open_dashboard(site, **options):
    page = site.page(**options)
    page.goto(site.scripted.url + "/")
    site.scripted.wait_for_connection()
    page.locator("connection-badge").first.get_by_text("Live").wait_for()
    return page


def job_status(site, job_id: str, status: str, name: str | None = None, **rest) -> None:
    payload = {"job_id": job_id, "status": status, "name": name or f"job {job_id}", "created_at": timestamp(), **rest}
    site.scripted.publish("job_status", payload)


def row(page, job_id: str):
    return page.locator(f'job-list [data-key="{job_id}"]')


def test_a_new_job_appears_at_the_top_and_updates_without_a_reload(site):
    page = open_dashboard(site)
    before = page.locator("job-list .job-row").count()
    job_status(site, "live-1", "queued")
    row(page, "live-1").wait_for()
    assert page.locator("job-list .job-row").first.get_attribute("data-key") == "live-1"
    assert page.locator("job-list .job-row").count() == before + 1

    job_status(site, "live-1", "running", started_at=timestamp())
    site.scripted.publish("progress", {"job_id": "live-1", "progress": 42.5, "stage": "looking"})
    row(page, "live-1").get_by_text("42.5%").wait_for()
    assert row(page, "live-1").get_attribute("data-state") == "running"
    assert "looking" in row(page, "live-1").inner_text()

    job_status(site, "live-1", "succeeded", progress=100, finished_at=timestamp())
    row(page, "live-1").get_by_text("Succeeded").wait_for()
    assert row(page, "live-1").get_by_text("100%").is_visible()


def test_a_filter_without_matches_shows_the_number_of_jobs(site):
    page = open_dashboard(site)
    job_status(site, "live-2", "queued", "needle")
    row(page, "live-2").wait_for()
    search = page.locator('[data-action="filter-query"]')
    search.fill("needle")
    assert page.locator("job-list .job-row").count() == 1
    assert "q=needle" in page.url
    search.fill("no such job")
    assert page.locator("job-list .job-row").count() == 0
    said = page.locator('[data-slot="jobs-none-shown"]').inner_text()
    assert re.match(r"0 of [\d,]+ jobs match\. Reset the filter", said), said
    job_status(site, "live-3", "queued", "no such job after all")
    row(page, "live-3").wait_for()


def test_a_hostile_job_name_is_shown_as_text(site):
    page = open_dashboard(site)
    job_status(site, "live-4", "running", HOSTILE)
    site.scripted.publish("progress", {"job_id": "live-4", "progress": 1, "stage": HOSTILE})
    row(page, "live-4").wait_for()
    eventually(lambda: HOSTILE in row(page, "live-4").inner_text(), "the name is shown as text")
    assert page.title() != "owned"
    assert row(page, "live-4").locator("img, script").count() == 0


def test_the_list_is_loaded_again_after_a_replay_gap(site):
    page = open_dashboard(site)
    job_status(site, "live-5", "running")
    row(page, "live-5").wait_for()
    job = {"job_id": "other", "name": "the only one", "status": "queued", "created_at": timestamp()}
    site.scripted.answers["/v1/jobs"] = {"jobs": [job], "next": None}
    site.scripted.publish("error", {"error": "gone", "details": {"error_code": "REPLAY_GAP", "message": "gone"}})
    row(page, "other").wait_for()
    assert page.locator("job-list .job-row").count() == 1
    assert page.locator('[data-slot="jobs-count"]').inner_text() == "1"


def test_the_form_shows_an_error_next_to_its_field(site):
    page = open_dashboard(site)
    site.expect_complaint("status of 400|status of 403|status of 404|status of 422")
    source = page.locator("#start-source")
    start = page.get_by_role("button", name="Start job")
    source.fill("/etc/passwd")
    start.click()
    said = page.locator("start-job [role=alert]:visible")
    said.wait_for()
    assert said.get_attribute("data-slot") == "error-source" and said.inner_text().startswith("The source /etc/passwd"), said
    assert source.get_attribute("aria-invalid") == "true" and source.evaluate("node => node === document.activeElement")
    assert start.is_enabled()

    boxes = page.locator('start-job input[name="plugins"]')
    for box in boxes.all():
        box.uncheck()
    start.click()
    page.locator('[data-slot="error-plugins"]').get_by_text("Choose at least one plugin.").wait_for()
    assert boxes.first.evaluate("node => node === document.activeElement")
    assert source.get_attribute("aria-invalid") is None

    page.locator('start-job [data-slot="file"]').set_input_files({"name": "a.y4m", "mimeType": "", "buffer": b"x" * 2_500})
    assert page.locator('[data-slot="file-size"]').inner_text() == "2.5 kB"
    assert source.is_disabled() and said.count() == 0
    page.get_by_role("button", name="Remove the file").click()
    assert source.is_enabled() and source.input_value() == "/etc/passwd"
    assert page.locator('[data-slot="file-name"]').inner_text() == "Choose or drop a file"


def test_an_option_out_of_range_is_unfolded_and_told_what_it_may_be(site):
    page = open_dashboard(site)
    site.expect_complaint("status of 422")
    page.locator("#start-source").fill("upload:sample.y4m")
    fold = page.locator("start-job summary").first
    option = page.locator('[name="options.motion_detection.threshold"]')
    fold.click()
    option.fill("1000")
    fold.click()
    assert not option.is_visible()
    page.get_by_role("button", name="Start job").click()
    page.locator('[data-slot="start-error"]').get_by_text(
        "must be a whole number from 1 to 254, such as 24, not 1000.").wait_for()
    assert option.is_visible() and option.get_attribute("aria-invalid") == "true"
    assert option.evaluate("node => node === document.activeElement")


def test_without_a_server_the_tabs_filter_the_known_jobs_and_no_link_leaves_the_page(site):
    site.expect_complaint("ERR_|WebSocket|Failed to load")
    page = open_dashboard(site)
    job_status(site, "live-6", "running", "Needle one")
    job_status(site, "live-7", "failed", "Needle two")
    row(page, "live-7").wait_for()
    site.scripted.stop()
    page.locator("connection-badge").first.get_by_text("Reconnecting…").wait_for()
    tabs = page.locator(".job-list__tabs")
    tabs.get_by_role("link", name="Failed").click()
    page.get_by_text("This list shows the last known state.").wait_for()
    assert row(page, "live-7").is_visible() and row(page, "live-6").count() == 0
    assert tabs.locator("[aria-current]").inner_text() == "Failed"
    assert page.url.endswith("/?status=failed")
    row(page, "live-7").get_by_role("link").click()
    page.locator(".toast").get_by_text("The server could not be reached. Try again.").wait_for()
    site.scripted.start()
    page.locator('[data-slot="jobs-load-again"]').click()
    page.locator('[data-slot="jobs-last-known"]').wait_for(state="hidden")
    assert page.url.endswith("/?status=failed")
