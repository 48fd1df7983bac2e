"""A server that can't store anything: open pages and new ones say so, since when and why, and stop when it works again."""

import pathlib
import shutil
import subprocess

from harness import Server, eventually, get
from test_connection import NETWORK
from test_restart import external_job, post, report


def banner(page):
    return page.locator("storage-banner")


def test_every_page_says_that_the_data_folder_was_removed(site):
    site.expect_complaint(NETWORK)
    site.expect_complaint("507|409")
    server = Server()
    away = pathlib.Path(f"{server.data}.away")
    try:
        job_id = external_job(server)
        report(server, job_id, "progress", {"progress": 40})
        pages = [site.page(), site.page()]
        for page, path in zip(pages, [f"/jobs/{job_id}", "/"]):
            page.goto(server.url + path)
            page.locator("connection-badge").first.get_by_text("Live", exact=True).wait_for()
            assert banner(page).is_hidden()
        shutil.move(server.data, away)
        for page in pages:
            banner(page).get_by_text("The data folder was removed, renamed or covered").wait_for()
            assert banner(page).locator("time").inner_text().count(":") == 2
        new = site.page()
        new.goto(f"{server.url}/jobs/{job_id}")
        assert banner(new).is_visible()
        # The job can be cancelled, and the page says what becomes of that.
        pages[0].get_by_role("button", name="Cancel").click()
        pages[0].get_by_text("The job is being stopped.").wait_for()
        plain = site.page(java_script_enabled=False)
        plain.goto(f"{server.url}/")
        assert banner(plain).is_visible() and "Put the folder back" in banner(plain).inner_text()
    finally:
        server.kill()
        shutil.rmtree(away, ignore_errors=True)
        server.stop()


def test_the_banner_goes_away_when_there_is_room_again(site):
    site.expect_complaint("507")
    server = Server()
    try:
        page = site.page()
        page.goto(server.url)
        page.locator("connection-badge").first.get_by_text("Live", exact=True).wait_for()
        limit(server, 1)
        eventually(lambda: refuses(server), "a job is refused")
        banner(page).get_by_text("A file has reached the largest size that it may have").wait_for()
        limit(server, None)
        eventually(lambda: banner(page).is_hidden(), "the banner is gone")
        assert b'"status":"ok"' in get(f"{server.url}/health")
    finally:
        server.stop()


def limit(server: Server, byte_count: int | None) -> None:
    """Limits the size of the server's files, as `ulimit -f` does."""
    limits = f"{byte_count or 'unlimited'}:unlimited"
    subprocess.run(["prlimit", "--pid", str(server.pid), f"--fsize={limits}"], check=True)


def refuses(server: Server) -> bool:
    try:
        post(f"{server.url}/v1/jobs", {"kind": "external", "name": "x" * 100})
    except OSError as error:
        return "507" in str(error)
    return False
