"""The oracle finds each fault that a server could have: tried on a stand-in that has one of them."""
import asyncio
import sys
from typing import get_args

from crowd import Crowd
from stand_in import Sin, StandIn

WORD = {
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


async def verdict_on(sin: Sin) -> list[str]:
    """What the oracle says. A sin needs its occasion, such as an answer that a kill cut off: without one it gets another."""
    for _ in range(5):
        faults = await faults_of(sin)
        if sin == "none" or any(WORD[sin] in fault for fault in faults):
            break
    return faults


async def faults_of(sin: Sin) -> list[str]:
    server = StandIn(sin)
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
        faults = await crowd.settle(0.3 if sin == "leaves one out of a replay" else 2)
    finally:
        await crowd.stop()
        await server.kill()
    return faults


async def main() -> int:
    sins: tuple[Sin, ...] = get_args(Sin)
    found = await asyncio.gather(*(verdict_on(sin) for sin in sins))
    failures = 0
    for sin, faults in zip(sins, found):
        word = WORD[sin]
        is_right = any(word in fault for fault in faults) if word else not faults
        failures += not is_right
        if not is_right:
            print(f"A server that {sin}: expected {word!r}, the oracle says:", *faults[:10], sep="\n  ")
    if not failures:
        print(f"The oracle tells {len(sins) - 1} kinds of unfaithful servers from a faithful one.")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
