"""Real jobs, from the form to the end."""

import json
import random
import urllib.request

from harness import eventually, get
from scripted_server import timestamp


def clip(frames: int = 48, width: int = 160, height: int = 90) -> bytes:
    """A video of a square moving over noise, as greyscale YUV4MPEG2."""
    chance = random.Random(7)
    noise = bytes(chance.randrange(60, 70) for _ in range(width * height))
    pictures = []
    for index in range(frames):
        picture = bytearray(noise)
        left = 4 + index * 2
        for y in range(30, 50):
            picture[y * width + left:y * width + left + 20] = b"\xe0" * 20
        pictures.append(b"FRAME\n" + bytes(picture))
    return f"YUV4MPEG2 W{width} H{height} F12:1 Ip A1:1 Cmono\n".encode() + b"".join(pictures)


def test_a_video_is_uploaded_started_with_the_form_and_watched_to_the_end(site):
    page = site.page()
    page.goto(site.real.url + "/")
    page.locator('[data-slot="file"]').set_input_files(
        {"name": "wander.y4m", "mimeType": "video/x-yuv4mpeg", "buffer": clip()})
    assert page.locator('[data-slot="file-name"]').inner_text() == "wander.y4m"
    boxes = page.locator('start-job input[name="plugins"]')
    if boxes.count():
        boxes.first.check()
    page.get_by_role("button", name="Start job").click()
    page.wait_for_url("**/jobs/*", timeout=20_000)
    page.get_by_text("Succeeded", exact=True).first.wait_for(timeout=60_000)
    page.locator("#progress-bar").get_by_text("Complete").wait_for()
    eventually(lambda: page.title().startswith("✓ Succeeded · "), "the title shows how the job ended")
    assert page.locator(".plugin-row").count() >= 1
    page.locator('[data-slot="job-results"]').wait_for()
    assert page.locator('[data-slot="favicon"]').get_attribute("href") == \
        page.locator('[data-slot="favicon"]').get_attribute("data-succeeded")
    job_id = page.url.rsplit("/", 1)[1]
    job = json.loads(get(f"{site.real.url}/v1/jobs/{job_id}/extended"))
    assert job["status"] == "succeeded"


def test_the_form_starts_no_job_on_a_file_that_somebody_else_uploaded_under_the_name(site):
    site.expect_complaint("status of 409")
    page = site.page()
    page.goto(site.real.url + "/")

    def upload_another(route):
        page.request.put(f"{site.real.url}/v1/uploads/mine.y4m", data=clip(2))
        route.continue_()

    page.route("**/v1/jobs", upload_another)
    page.locator('[data-slot="file"]').set_input_files(
        {"name": "mine.y4m", "mimeType": "video/x-yuv4mpeg", "buffer": clip(3)})
    page.locator('start-job input[name="plugins"]').first.check()
    page.get_by_role("button", name="Start job").click()
    page.get_by_text("another one was uploaded under its name").wait_for()


def test_a_live_page_and_a_reloaded_page_show_the_same(site):
    page = site.page()
    page.goto(site.real.url + "/")
    page.locator('[data-slot="file"]').set_input_files(
        {"name": "same.y4m", "mimeType": "video/x-yuv4mpeg", "buffer": clip(12)})
    page.locator('start-job input[name="plugins"]').first.check()
    page.get_by_role("button", name="Start job").click()
    page.wait_for_url("**/jobs/*", timeout=20_000)
    page.get_by_text("Succeeded", exact=True).first.wait_for(timeout=60_000)
    page.locator('[data-slot="job-results"]').wait_for()
    fresh = page.context.new_page()
    fresh.goto(page.url)
    fresh.locator('[data-slot="job-results"]').wait_for()
    loaded = parts_of(fresh)
    assert "Frame 11" in loaded[-1]
    # The live page may not have received the last frames yet.
    eventually(lambda: parts_of(page) == loaded, "the live page shows what the loaded one shows")


def parts_of(page) -> list[str]:
    parts = [".plugin-inspector", ".job-page__headline", '[data-slot="job-results"]', '[data-slot="frame-caption"]']
    return [page.locator(part).first.inner_text() for part in parts]


def test_frames_that_the_connection_missed_are_loaded_at_the_end(site):
    page = site.page()

    def without_frames(socket):
        server = socket.connect_to_server()
        server.on_message(lambda text: None if '"type":"frame"' in text else socket.send(text))

    page.route_web_socket("**/v1/realtime**", without_frames)
    page.goto(site.real.url + "/")
    page.locator('[data-slot="file"]').set_input_files(
        {"name": "late.y4m", "mimeType": "video/x-yuv4mpeg", "buffer": clip(24)})
    page.locator('start-job input[name="plugins"]').first.check()
    page.get_by_role("button", name="Start job").click()
    page.wait_for_url("**/jobs/*", timeout=20_000)
    page.get_by_text("Succeeded", exact=True).first.wait_for(timeout=60_000)
    eventually(lambda: "Frame 23" in page.locator('[data-slot="frame-caption"]').first.inner_text(),
               "the last frame is shown")


def post(url: str, body) -> dict:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def test_a_stack_trace_keeps_its_lines_and_no_escape_sequence(site):
    trace = "\x1b[31mTraceback:\x1b[0m\r\n  File \"a.py\"\r\n\tValueError: \x1b]8;;https://evil.example\x07NaN\x1b]8;;\x07\r\n"
    job_id = post(f"{site.real.url}/v1/jobs", {"kind": "external", "name": "Training"})["job_id"]
    page = site.page()
    page.goto(f"{site.real.url}/jobs/{job_id}")
    page.locator("connection-badge").first.get_by_text("Live").wait_for()
    messages = [("warning", {"plugin": "train", "message": trace}),
                ("error", {"error": trace, "details": {"message": trace}})]
    post(f"{site.real.url}/v1/jobs/{job_id}/messages",
         [{"type": kind, "payload": payload, "timestamp": timestamp()} for kind, payload in messages])
    fresh = page.context.new_page()
    for shown in [page, fresh]:
        if shown is fresh:
            fresh.goto(page.url)
        for slot in ["error-title", "error-message", "message"]:
            place = shown.locator(f'[data-slot="{slot}"]').first
            place.wait_for()
            lines = place.inner_text().split("\n")
            assert lines[:2] == ["Traceback:", '  File "a.py"'] and lines[2].strip() == "ValueError: NaN", lines
