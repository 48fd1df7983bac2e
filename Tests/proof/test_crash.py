"""No acknowledged message is lost, and every client's view is complete, despite kill -9 and a bad network.

    test_crash.py [SEED] [ROUNDS]
"""
import asyncio
import pathlib
import random
import sys
import tempfile
import time

from crowd import Crowd
from proxy import Proxy
from publisher import Refused
from server import DidNotStart, Server

PUBLISHERS = 8
CLIENTS = 20
STEP_SECONDS = 30.0


async def rounds(server: Server, crowd: Crowd, chance: random.Random, count: int) -> None:
    """Lets the server run for moments, each ended by kill -9 and followed by a restart on the same data."""
    for number in range(count):
        await asyncio.sleep(chance.uniform(0.1, 0.6))
        crowd.raise_failures()
        server.kill()
        # In a thread, so that the clients keep trying meanwhile.
        await asyncio.to_thread(server.start)
        if (number + 1) % 10 == 0:
            print(f"  {number + 1} times killed and restarted", flush=True)


async def prove(seed: int, count: int, folder: pathlib.Path) -> list[str]:
    began = time.monotonic()
    server = Server(folder / "data")
    server.start()
    proxy = Proxy(server.port, f"{seed}/proxy")
    await proxy.start()
    crowd = Crowd(seed, server.port, proxy.port, PUBLISHERS, CLIENTS)
    try:
        await crowd.start()
        await rounds(server, crowd, random.Random(f"{seed}/rounds"), count)
        proxy.heal()
        await crowd.finish_reports()
        healed = time.monotonic()
        faults = await crowd.settle(STEP_SECONDS)
        print(crowd.summary())
        print(f"The network: {proxy.counts}. All clients caught up {time.monotonic() - healed:.1f} s after the last report.")
    except (Refused, DidNotStart, asyncio.TimeoutError) as failure:
        faults = [f"{type(failure).__name__}: {failure}"]
    finally:
        await crowd.stop()
        await proxy.stop()
        server.kill()
    print(f"{count} rounds took {time.monotonic() - began:.0f} s.")
    if faults:
        faults += ["The end of the server's log:", server.log_tail()]
    return faults


def main() -> int:
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else random.randrange(1 << 32)
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    print(f"{PUBLISHERS} publishers, {CLIENTS} clients, {count} times kill -9, seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="telltale-proof-") as folder:
        faults = asyncio.run(prove(seed, count, pathlib.Path(folder)))
    if faults:
        print(*faults[:40], f"FAILED. To reproduce: Tests/proof/test_crash.py {seed} {count}", sep="\n")
        return 1
    print("No acknowledged message was lost or duplicated, and all clients saw the same.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
