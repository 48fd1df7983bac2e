"""The search in the list of jobs: the server and the page find the same."""

import json
import urllib.parse
import urllib.request

from harness import eventually
from test_connection import badge
from test_dashboard import job_status, open_dashboard, row
from test_jobs import clip
from test_restart import post


def put(url: str, body: bytes) -> None:
    request = urllib.request.Request(url, data=body, method="PUT")
    with urllib.request.urlopen(request, timeout=10) as answer:
        json.loads(answer.read())


def test_a_job_is_found_by_its_source_and_its_id_on_the_server_and_on_the_page(site):
    server = site.real.url
    put(f"{server}/v1/uploads/cam7.y4m", clip(2))
    job_id = post(f"{server}/v1/jobs", {"source": "upload:cam7.y4m", "name": "Gate"})["job_id"]
    page = site.page()
    for query in ("cam7", "CAM7.y4m", job_id, " gate "):
        page.goto(f"{server}/?q={urllib.parse.quote(query)}")
        badge(page).get_by_text("Live", exact=True).wait_for()
        # The script filters as soon as anything changes in the list.
        post(f"{server}/v1/jobs", {"kind": "external", "name": "Another"})
        eventually(lambda: page.locator('[data-slot="jobs-count"]').inner_text() != "", "the list is live")
        page.wait_for_timeout(300)
        assert row(page, job_id).is_visible(), query
    page.goto(f"{server}/")
    badge(page).get_by_text("Live", exact=True).wait_for()
    for query in ("cam7", job_id, "upload:cam"):
        page.locator('[data-action="filter-query"]').fill(query)
        eventually(lambda: row(page, job_id).is_visible(), f"found by {query}")


def test_a_name_in_decomposed_form_is_found_by_what_people_type(site):
    server = site.real.url
    decomposed = post(f"{server}/v1/jobs", {"kind": "external", "name": "Cafe\u0301 Mu\u0308ller"})["job_id"]
    composed = post(f"{server}/v1/jobs", {"kind": "external", "name": "CAFÉ MÜLLER"})["job_id"]
    page = site.page()
    for query in ("café mü", "cafe\u0301 mu\u0308"):
        page.goto(f"{server}/?q={urllib.parse.quote(query)}")
        badge(page).get_by_text("Live", exact=True).wait_for()
        assert page.locator("job-list .job-row").count() == 2, query
        page.goto(f"{server}/")
        badge(page).get_by_text("Live", exact=True).wait_for()
        page.locator('[data-action="filter-query"]').fill(query)
        eventually(lambda: page.locator("job-list .job-row").count() == 2, f"typed: {query}")
        assert row(page, decomposed).is_visible() and row(page, composed).is_visible()


def test_jobs_are_in_the_order_of_their_numbers_whatever_their_times_say(site):
    page = open_dashboard(site)
    for number, created in ((1_000_001, "2026-02-04T12:00:00.000Z"), (1_000_003, "2026-02-04T11:00:00.000Z"),
                            (1_000_002, "2026-02-04T12:00:00.000Z")):
        job_status(site, f"order-{number}", "queued", number=number, created_at=created)
        row(page, f"order-{number}").wait_for()
    shown = page.locator("job-list .job-row").evaluate_all("rows => rows.slice(0, 3).map(row => row.dataset.key)")
    assert shown == ["order-1000003", "order-1000002", "order-1000001"], shown


def test_a_search_says_if_it_covers_only_the_jobs_on_the_page(site):
    server = site.real.url
    needle = post(f"{server}/v1/jobs", {"kind": "external", "name": "Needle under the hay"})["job_id"]
    for _ in range(50):
        post(f"{server}/v1/jobs", {"kind": "external", "name": "Hay"})
    page = site.page()
    page.goto(f"{server}/")
    badge(page).get_by_text("Live", exact=True).wait_for()
    hint = page.get_by_text("Only the jobs on this page were searched.")
    assert not hint.is_visible()
    page.locator('[data-action="filter-query"]').fill("needle")
    hint.wait_for()
    assert not page.get_by_role("link", name="Older jobs").is_visible(), "they are older jobs of another search"
    page.get_by_role("link", name="Search all jobs").click()
    row(page, needle).wait_for()
    badge(page).get_by_text("Live", exact=True).wait_for()
    assert row(page, needle).is_visible() and not hint.is_visible()
