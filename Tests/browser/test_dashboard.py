"""The list of jobs and the form that starts one."""

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


def test_a_new_job_appears_on_top_and_moves_without_a_reload(site):
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


def test_a_filter_says_how_many_it_hides(site):
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
    assert said.startswith("0 shown of "), said
    job_status(site, "live-3", "queued", "no such job after all")
    row(page, "live-3").wait_for()


def test_a_job_with_a_hostile_name_is_text(site):
    page = open_dashboard(site)
    job_status(site, "live-4", "running", HOSTILE)
    site.scripted.publish("progress", {"job_id": "live-4", "progress": 1, "stage": HOSTILE})
    row(page, "live-4").wait_for()
    eventually(lambda: HOSTILE in row(page, "live-4").inner_text(), "the name as text")
    assert page.title() != "owned"
    assert row(page, "live-4").locator("img, script").count() == 0


def test_what_was_missed_is_read_when_the_server_has_forgotten(site):
    page = open_dashboard(site)
    job_status(site, "live-5", "running")
    row(page, "live-5").wait_for()
    job = {"job_id": "other", "name": "the only one", "status": "queued", "created_at": timestamp()}
    site.scripted.answers["/v1/jobs"] = {"jobs": [job], "next": None}
    site.scripted.publish("error", {"error": "gone", "details": {"error_code": "REPLAY_GAP", "message": "gone"}})
    row(page, "other").wait_for()
    assert page.locator("job-list .job-row").count() == 1
    assert page.locator('[data-slot="jobs-count"]').inner_text() == "1"


def test_the_form_says_what_is_wrong_next_to_the_field(site):
    page = open_dashboard(site)
    site.expect_complaint("status of 400|status of 403|status of 404|status of 422")
    page.locator("#start-source").fill("/etc/passwd")
    page.get_by_role("button", name="Start job").click()
    page.locator("start-job [role=alert]:visible").wait_for()
    assert page.locator("start-job [role=alert]:visible").inner_text().strip() != ""
    assert page.get_by_role("button", name="Start job").is_enabled()
