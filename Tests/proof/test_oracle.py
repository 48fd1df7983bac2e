"""The oracle detects each kind of faulty server: tried with a stand-in that has one fault at a time."""
import asyncio
import sys
from typing import get_args

from crowd import Crowd
from stand_in import Fault, StandIn

EVIDENCE = {
    "none": None,
    "loses one": "Lost: ['p",
    "stores one twice": "twice: ['p",
    "swaps two": "became",
    "changes its epoch": "several epochs",
    "leaves one out of a replay": "began anew",
    "leaves one out of a snapshot": "warnings from",
    "forgets a key": "Lost: []",
    "shows an old state": "its last message says",
}


async def verdict_on(kind: Fault) -> list[str]:
    """The faults that the oracle finds. Retries, because some faults need an occasion, such as an answer cut off by a kill."""
    for _ in range(5):
        faults = await faults_of(kind)
        if kind == "none" or any(EVIDENCE[kind] in fault for fault in faults):
            break
    return faults


async def faults_of(kind: Fault) -> list[str]:
    server = StandIn(kind)
    await server.start()
    crowd = Crowd(1, server.port, server.port, publishers=3, clients=8)
    crowd.LONG_ABSENCE_SECONDS = 0.5
    for publisher in crowd.publishers:
        publisher.PAUSE_SECONDS = 0.01
    try:
        await crowd.start()
        for count in (60, 90, 120):
            while crowd.acknowledged < count:
                crowd.raise_failures()
                await asyncio.sleep(0.01)
            await server.kill()
            await server.start()
        await crowd.finish_reports()
        faults = await crowd.settle(0.3 if kind == "leaves one out of a replay" else 2)
    finally:
        await crowd.stop()
        await server.kill()
    return faults


async def main() -> int:
    kinds: tuple[Fault, ...] = get_args(Fault)
    found = await asyncio.gather(*(verdict_on(kind) for kind in kinds))
    failures = 0
    for kind, faults in zip(kinds, found):
        evidence = EVIDENCE[kind]
        is_right = any(evidence in fault for fault in faults) if evidence else not faults
        failures += not is_right
        if not is_right:
            print(f"A server that {kind}: expected {evidence!r}, but the oracle reports:", *faults[:10], sep="\n  ")
    if not failures:
        print(f"The oracle detects {len(kinds) - 1} kinds of faulty servers, and accepts a correct one.")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
