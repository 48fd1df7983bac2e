"""The story catalogue: every story on its own page, search, and playing a recording."""

import json
import re

from harness import eventually, get


def addresses(site) -> list[str]:
    """The paths of all stories, from the links in the sidebar."""
    page = get(site.real.url + "/stories").decode()
    return sorted({f"/stories/{story}" for story in re.findall(r'href="/stories\?story=([\w/%-]+)', page)})


def test_no_story_reports_an_error_or_connects(site):
    page = site.page()
    sockets = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    found = addresses(site)
    assert len(found) >= 8, found
    for address in found:
        page.goto(site.real.url + address)
    page.wait_for_timeout(200)
    assert not sockets, sockets


def test_a_story_plays_recorded_messages_through_the_client_store(site):
    page = site.page()
    page.goto(site.real.url + "/stories/realtime-overlay/idle")
    # This element is defined once the page's module listens.
    eventually(lambda: page.evaluate("customElements.get('job-list') !== undefined"), "the page listens")
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


def test_the_catalogue_is_searched_while_typing(site):
    page = site.page()
    page.goto(site.real.url + "/stories?story=job-row/failed")
    shown = page.locator("iframe").get_attribute("src")
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    eventually(lambda: page.locator(".story-list__groups").evaluate("node => node.scrollTop") > 0, "the list scrolls to the selected story")
    assert page.evaluate("scrollY") == 0
    search = page.get_by_role("searchbox")
    search.press_sequentially("overlay error")
    stories = page.locator(".story-list__story:visible")
    assert stories.all_inner_texts() == ["WithError"], stories.all_inner_texts()
    assert page.locator(".story-list section:visible").count() == 1
    assert "q=overlay+error" in stories.first.get_attribute("href")
    search.fill("zzz")
    page.get_by_text("No stories match “zzz”.").wait_for()
    assert page.locator("iframe").get_attribute("src") == shown
    page.get_by_role("link", name="Show all stories").click()
    assert stories.count() > 40 and search.input_value() == "" and "q=" not in page.url
    search.fill("with error")
    search.press("Enter")
    page.locator('iframe[src="/stories/realtime-overlay/with-error"]').wait_for()
    framed = page.frame_locator("iframe")
    framed.locator("realtime-overlay").wait_for()
    framed.locator('[data-slot="story-end"]').wait_for(state="hidden")
    page.get_by_role("link", name="Open story").click()
    page.get_by_role("link", name="All stories").click()
    assert page.url.endswith("/stories?story=realtime-overlay/with-error"), page.url
