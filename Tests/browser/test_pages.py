"""Every page: with assistive technology, on a phone, in light and dark, and without script."""

import json

from axe_playwright_python.sync_playwright import Axe

from harness import eventually, get

PHONE = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
# A laptop at 200% zoom has half of its width.
ZOOMED = {"viewport": {"width": 640, "height": 400}}

# The width of the page, the width of the window, and the elements that overflow.
WIDTH = """() => {
  const { scrollWidth, clientWidth } = document.documentElement
  const wide = [...document.querySelectorAll('body *')].filter(node => node.getBoundingClientRect().right > clientWidth + 1)
  return [scrollWidth, clientWidth, wide.slice(0, 5).map(node => node.tagName + '.' + node.getAttribute('class'))]
}"""


def a_job(site) -> str:
    """The demo's sample job."""
    jobs = eventually(lambda: json.loads(get(site.real.url + "/v1/jobs"))["jobs"], "the demo's job")
    return jobs[-1]["job_id"]


def pages(site) -> list[str]:
    return ["/", f"/jobs/{a_job(site)}", "/stories"]


def open_page(site, path: str, **options):
    page = site.page(**options)
    page.goto(site.real.url + path)
    page.wait_for_load_state("load")
    page.wait_for_timeout(300)
    return page


def test_axe_finds_nothing_in_light_and_dark(site):
    found = []
    for path in pages(site):
        for scheme in ("light", "dark"):
            page = open_page(site, path, color_scheme=scheme, reduced_motion="reduce")
            for violation in Axe().run(page).response["violations"]:
                nodes = [node["target"][-1] for node in violation["nodes"][:3]]
                found.append(f"{path} {scheme}: {violation['id']}: {violation['help']} {nodes}")
            page.context.close()
    assert not found, "\n  ".join(["", *found])


def test_no_page_scrolls_horizontally_on_a_phone_or_zoomed_in(site):
    wide = []
    for path in pages(site):
        for options in (PHONE, ZOOMED):
            page = open_page(site, path, **options)
            width, room, culprits = page.evaluate(WIDTH)
            if width > room:
                wide.append(f"{path} at {room} px is {width} px wide: {culprits}")
            page.context.close()
    assert not wide, wide


def test_the_theme_is_switched_with_a_button_and_restored_without_a_flash(site):
    page = open_page(site, "/", color_scheme="light")
    theme = "document.documentElement.dataset.theme ?? 'auto'"
    assert page.evaluate(theme) == "auto"
    page.locator("theme-toggle button").click()
    assert page.evaluate(theme) == "dark"
    page.add_init_script(
        "addEventListener('DOMContentLoaded', () => { window.themeAtParse = document.documentElement.dataset.theme })")
    page.reload()
    assert page.evaluate("window.themeAtParse") == "dark"
    page.keyboard.press("t")
    assert page.evaluate(theme) == "light"
    page.keyboard.press("t")
    assert page.evaluate(theme) == "auto"


def test_pages_are_complete_without_script(site):
    for path in pages(site)[:2]:
        page = open_page(site, path, java_script_enabled=False)
        assert page.locator("main h1").inner_text().strip() != ""
        assert page.locator(".needs-script:visible").count() == 0
        page.context.close()


def test_the_page_does_not_shift_when_data_arrives(site):
    page = site.page()
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach(entry => {"
        " if (!entry.hadRecentInput) window.shift += entry.value })).observe({type: 'layout-shift', buffered: true})")
    page.goto(f"{site.real.url}/jobs/{a_job(site)}")
    page.wait_for_timeout(3_000)
    shift = page.evaluate("window.shift")
    assert shift < 0.1, f"cumulative layout shift is {shift:.3f}"
