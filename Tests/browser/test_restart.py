"""A page that stays open while its server is killed and restarted on the same data: it catches up."""

import json
import time
import urllib.request

from harness import Server, eventually
from test_connection import NETWORK, badge


def post(url: str, body) -> dict:
    request = urllib.request.Request(
        url, data=json.dumps(body).encode(), headers={"content-type": "application/json"}, method="POST")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read())


def external_job(server: Server) -> str:
    """Creates a job whose messages the test reports."""
    return post(f"{server.url}/v1/jobs", {"kind": "external", "name": "from outside"})["job_id"]


def report(server: Server, job_id: str, kind: str, payload: dict) -> None:
    message = {"type": kind, "payload": {"job_id": job_id, **payload},
               "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())}
    post(f"{server.url}/v1/jobs/{job_id}/messages", message)


def test_an_open_page_catches_up_after_its_server_was_killed(site):
    site.expect_complaint(NETWORK)
    server = Server()
    try:
        job_id = external_job(server)
        report(server, job_id, "job_status", {"status": "running"})
        page, other = site.page(), site.page()
        page.goto(f"{server.url}/jobs/{job_id}")
        other.goto(f"{server.url}/")
        live = page.locator("realtime-overlay connection-badge")
        live.get_by_text("Live", exact=True).wait_for()
        badge(other).get_by_text("Live", exact=True).wait_for()
        report(server, job_id, "progress", {"progress": 40, "stage": "before"})
        report(server, job_id, "warning", {"plugin": "p", "message": "before", "severity": "low"})
        page.locator(".warning-row").get_by_text("before").wait_for()

        server.kill()
        live.get_by_text("Reconnecting…").wait_for()
        assert page.locator('.job-page__headline [data-slot="job-status"]').inner_text() == "Was running"
        server.start()
        # An external job continues, because its reporter is still running.
        report(server, job_id, "progress", {"progress": 70, "stage": "after"})
        report(server, job_id, "warning", {"plugin": "p", "message": "after", "severity": "high"})
        live.get_by_text("Live", exact=True).wait_for(timeout=20_000)
        page.locator(".warning-row").get_by_text("after").wait_for()
        assert page.locator('[data-slot="warning-count"]').inner_text() == "2", "each warning once"
        page.locator(".progress").get_by_text("70%").wait_for()
        row = other.locator(f'job-list [data-key="{job_id}"]')
        row.get_by_text("70%").wait_for(timeout=20_000)

        report(server, job_id, "job_status", {"status": "succeeded"})
        eventually(lambda: page.title().startswith("✓ Succeeded"), "the page shows the end")
        page.reload()
        assert page.locator('[data-slot="warning-count"]').inner_text() == "2"
    finally:
        server.stop()


def test_a_job_interrupted_by_a_kill_is_shown_as_failed_with_the_reason(site):
    site.expect_complaint(NETWORK)
    server = Server("--demo")
    try:
        sample = {"source": "upload:sample.y4m", "options": {"pace": "realtime"}}
        job_id = post(f"{server.url}/v1/jobs", sample)["job_id"]
        page = site.page()
        page.goto(f"{server.url}/jobs/{job_id}")
        eventually(lambda: page.locator("body").get_attribute("data-state") == "running", "the job runs")
        server.kill()
        page.locator('.job-page__headline [data-slot="job-status"]').get_by_text("Was running").wait_for()
        server.start()
        page.locator("error-banner").get_by_text("The server ended while the job ran").wait_for(timeout=20_000)
        assert page.locator("body").get_attribute("data-state") == "failed"
    finally:
        server.stop()


def test_an_open_page_never_takes_a_job_of_another_data_folder_for_its_own(site):
    site.expect_complaint(NETWORK)
    old, new = Server(), Server()
    try:
        job_id = external_job(old)
        report(old, job_id, "job_status", {"status": "running", "name": "the old job"})
        assert external_job(new) == job_id, "both folders count from the same number"
        report(new, job_id, "job_status", {"status": "running", "name": "the new job"})
        page = site.page()
        page.goto(f"{old.url}/jobs/{job_id}")
        page.locator("realtime-overlay connection-badge").get_by_text("Live", exact=True).wait_for()
        cancel = page.locator('form[data-action="cancel"]').get_attribute("action")

        old.kill()
        new.kill()
        old.data.rename(old.data.with_name("before"))
        new.data.rename(old.data)
        old.start()
        page.get_by_role("heading", name="the new job").wait_for(timeout=20_000)
        renewed = page.locator('form[data-action="cancel"]').get_attribute("action")
        assert renewed != cancel, "the actions are for the new job"
        answer = page.request.post(f"{old.url}{cancel}", headers={"accept": "application/json"}, max_redirects=0)
        assert answer.status == 409, "an action that was meant for the old job does nothing"
    finally:
        old.stop()
        new.stop()


def test_pages_are_live_and_right_within_5_s_after_20_s_without_a_server(site):
    site.expect_complaint(NETWORK)
    server = Server()
    try:
        job_id = external_job(server)
        report(server, job_id, "progress", {"progress": 10, "stage": "before"})
        page, other, over = site.page(), site.page(), site.page()
        ended = external_job(server)
        report(server, ended, "job_status", {"status": "succeeded"})
        page.goto(f"{server.url}/jobs/{job_id}")
        other.goto(f"{server.url}/")
        over.goto(f"{server.url}/jobs/{ended}")
        badges = [page.locator("realtime-overlay connection-badge"), badge(other),
                  over.locator("realtime-overlay connection-badge")]
        for each in badges:
            each.get_by_text("Live", exact=True).wait_for()
        server.kill()
        badges[0].get_by_text("Reconnecting…").wait_for()
        time.sleep(20)
        server.start()
        began = time.monotonic()
        report(server, job_id, "progress", {"progress": 70, "stage": "after"})
        for each in badges:
            each.get_by_text("Live", exact=True).wait_for(timeout=5_000 - (time.monotonic() - began) * 1_000)
        page.locator(".progress").get_by_text("70%").wait_for(timeout=500)
        other.locator(f'job-list [data-key="{job_id}"]').get_by_text("70%").wait_for(timeout=500)
        print(f"  live and right after {time.monotonic() - began:.1f} s")
    finally:
        server.stop()


def test_a_job_that_fails_at_100_percent_is_not_complete(site):
    server = site.real
    job_id = external_job(server)
    page = site.page()
    page.goto(f"{server.url}/jobs/{job_id}")
    page.locator("realtime-overlay connection-badge").get_by_text("Live", exact=True).wait_for()
    report(server, job_id, "progress", {"progress": 100, "stage": "Uploading"})
    report(server, job_id, "job_status", {"status": "failed", "error": "The upload was refused."})
    figure = page.locator('.progress [data-slot="percent"]')
    eventually(lambda: figure.inner_text() == "100%", "the bar of a failed job")
    page.reload()
    assert figure.inner_text() == "100%"


def test_a_browser_that_shows_no_notifications_says_so(site):
    server = site.real
    page = site.page()
    # As Chrome for Android does.
    page.add_init_script("""globalThis.Notification = class {
      static permission = "default"
      static requestPermission = async () => "granted"
      constructor() { throw new TypeError("Illegal constructor. Use ServiceWorkerRegistration.showNotification() instead.") }
    }""")
    page.goto(f"{server.url}/jobs/{external_job(server)}")
    button = page.get_by_role("button", name="Notify me")
    button.click()
    page.locator(".toast").get_by_text("This browser shows no notifications of pages.").wait_for()
    assert button.get_attribute("aria-pressed") == "false"
