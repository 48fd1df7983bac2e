"""The catalogue of components: every story on its own, and one that is played."""

import json
import re

from harness import eventually, get


def addresses(site) -> list[str]:
    """The addresses of all stories, as the sidebar links them."""
    page = get(site.real.url + "/stories").decode()
    return sorted({f"/stories/{story}" for story in re.findall(r'href="/stories\?story=([\w/%-]+)', page)})


def test_no_story_complains_or_connects(site):
    page = site.page()
    sockets = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    found = addresses(site)
    assert len(found) >= 8, found
    for address in found:
        page.goto(site.real.url + address)
    page.wait_for_timeout(200)
    assert not sockets, sockets


def test_a_story_plays_recorded_messages_through_its_store(site):
    page = site.page()
    page.goto(site.real.url + "/stories/realtime-overlay/idle")
    steps = [
        {"afterMs": 0, "message": {"type": "progress", "payload": {"job_id": "r", "progress": 42.5, "stage": "played"}}},
        {"afterMs": 10, "message": {"type": "plugin_status", "payload": {"plugin": "p", "status": "running", "timing_ms": 7}}},
    ]
    page.evaluate(f"postMessage({{ play: {json.dumps(steps)} }}, location.origin)")
    eventually(lambda: "42.5%" in page.locator("realtime-overlay").text_content(), "the progress is played")
    eventually(lambda: "7.0 ms" in page.locator("realtime-overlay").text_content(), "the plugin is played")


def test_play_and_copy_work_from_the_catalogue(site):
    page = site.page()
    page.goto(site.real.url + "/stories?story=realtime-overlay/in-progress")
    page.locator('[data-action="play"]').click()
    story = page.frame_locator("iframe")
    story.locator('[data-slot="percent"]').get_by_text("Complete").wait_for(timeout=20_000)
    assert story.locator(".plugin-row").count() == 2
    page.locator("summary", has_text="Markup").click()
    page.locator('[data-action="copy-markup"]').click()
    page.locator(".toast").wait_for()
