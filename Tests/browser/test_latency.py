"""The time from sending a message to the paint that shows it, at a thousand messages per second."""

import asyncio
import statistics
import time

from harness import eventually
from test_overlay import open_sheet

MESSAGES = 4_000
PER_SECOND = 1_000
LIMIT_MS = 200
# The limit is for our code. On a busy machine, the best of a few measurements is the most meaningful.
MEASUREMENTS = 3

# A page that resumes after many messages must stay responsive during the replay.
REPLAYED = 30_000
BUSY_LIMIT_MS = 1_000

WATCH = """() => {
  const label = document.querySelector('realtime-overlay [data-slot="label"]')
  window.painted = []
  let last = ''
  const look = () => {
    const text = label.textContent
    if (text !== last && text.startsWith('t=')) {
      last = text
      const sentAt = Number(text.slice(2))
      // The message arrives after this frame has been painted.
      const channel = new MessageChannel()
      channel.port1.onmessage = () => window.painted.push([sentAt, performance.timeOrigin + performance.now()])
      channel.port2.postMessage(null)
    }
    requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
}"""


def test_messages_are_painted_within_200_ms_at_a_thousand_per_second(site):
    measured = []
    while len(measured) < MEASUREMENTS and min(measured, default=LIMIT_MS) >= LIMIT_MS:
        measured.append(measure(site, f"fast-{len(measured) + 1}"))
    assert min(measured) < LIMIT_MS, f"the best p95 is {min(measured):.0f} ms"


def measure(site, job_id: str) -> float:
    """The 95th percentile of the time from sending a message to the first paint that includes it, in milliseconds."""
    page, sheet, connection = open_sheet(site, job_id)
    sheet.wait_for()
    page.evaluate(WATCH)
    sent = site.scripted.run(flood(connection, job_id))
    page.wait_for_timeout(500)
    painted = page.evaluate("window.painted")
    page.context.close()
    site.scripted.forget()
    latencies = []
    for shown, at in painted:
        while len(latencies) < len(sent) and sent[len(latencies)] <= shown + 0.001:
            latencies.append(at - sent[len(latencies)])
    assert len(latencies) == MESSAGES, f"{len(latencies)} of {MESSAGES} messages were painted"
    p95 = statistics.quantiles(latencies, n=100)[94]
    print(f"  {len(painted)} paints, p50 {statistics.median(latencies):.0f} ms, p95 {p95:.0f} ms, max {max(latencies):.0f} ms")
    return p95


async def flood(connection, job_id: str) -> list[float]:
    """Sends progress messages at the given rate. Returns their send times in milliseconds since 1970."""
    sent: list[float] = []
    began = time.perf_counter()
    while len(sent) < MESSAGES:
        due = int((time.perf_counter() - began) * PER_SECOND) + 1
        while len(sent) < min(due, MESSAGES):
            sent.append(time.time() * 1_000)
            seq = len(sent)
            connection.send(
                "progress", {"job_id": job_id, "progress": seq * 100 / MESSAGES, "stage": f"t={sent[-1]}"},
                id=f"e1:{seq}", topic=f"job:{job_id}", seq=seq)
        await asyncio.sleep(0.001)
    return sent


def test_a_long_replay_leaves_the_page_responsive(site):
    measured = []
    while len(measured) < MEASUREMENTS and min(measured, default=BUSY_LIMIT_MS) >= BUSY_LIMIT_MS:
        measured.append(measure_replay(site, f"flood-{len(measured) + 1}"))
    assert min(measured) < BUSY_LIMIT_MS, f"the page was blocked for {min(measured):.0f} ms at best"


def measure_replay(site, job_id: str) -> float:
    """The longest time for which the page could not run a timer during a replay, in milliseconds."""
    page, sheet, connection = open_sheet(site, job_id)
    page.evaluate("""() => {
      window.longest = 0
      let last = performance.now()
      const look = () => {
        const now = performance.now()
        window.longest = Math.max(window.longest, now - last)
        last = now
        setTimeout(look)
      }
      look()
    }""")

    async def flood() -> None:
        for seq in range(1, REPLAYED + 1):
            kind, payload = (
                ("warning", {"plugin": "p", "message": f"w{seq}", "severity": "low"}) if seq % 10 == 0 else
                ("plugin_status", {"plugin": f"p{seq % 7}", "status": "running", "timing_ms": seq % 100}) if seq % 2 else
                ("progress", {"progress": seq * 100 / REPLAYED, "stage": f"step {seq}"}))
            connection.send(kind, {"job_id": job_id, **payload}, id=f"e1:{seq}", topic=f"job:{job_id}", seq=seq)
            if seq % 1_000 == 0:
                await connection.writer.drain()

    began = time.monotonic()
    site.scripted.run(flood())
    count = sheet.locator('[data-slot="warning-count"]')
    eventually(lambda: count.inner_text() == f"{REPLAYED // 10:,}", "all warnings", 60)
    longest = page.evaluate("window.longest")
    print(f"  {REPLAYED:,} messages in {time.monotonic() - began:.1f} s, the page was blocked for at most {longest:.0f} ms")
    page.context.close()
    site.scripted.forget()
    return longest
