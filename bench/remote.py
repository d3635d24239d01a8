"""The benchmark query of federation gateways, over four subgraphs behind HTTP: CPU of the gateway's process.

    python -m bench.remote

Users, products, reviews and inventory answer from memory, in a process of their own; the gateway is the whole server;
this process asks it over 16 connections. Two ways, interleaved: every request of a client of its own, so nothing is
shared, and all requests alike. The gateways of Apollo and Hive answer the first beside ours, over the same subgraphs,
where node and their packages are. Last, what the plan costs. Fails above a limit.
"""

from __future__ import annotations

import asyncio
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import orjson

from bench.remote_load import CONNECTIONS, Load, cpu_s, rss_mb
from bench.remote_peers import PACKAGES, command
from bench.remote_plans import plan_times
from bench.remote_subgraphs import supergraph_sdl

REQUESTS, PEER_REQUESTS, ROUNDS, WARM_UP = 400, 160, 5, 320
LIMITS_MS = {"distinct": 4.0, "alike": 0.5}
COLD_LIMIT_MS, LOOKUP_LIMIT_US = 60, 20


class Server:
    """A process that says its port on its first line. ``ms``: CPU per request of each round, by way."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str] | None = None) -> None:
        self.name = name
        self.ms: dict[str, list[float]] = {}
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        self.pid = self._process.pid

    async def measure(self, count: int, way: str) -> bytes:
        """Ask ``count`` times; the last answer."""
        load = Load(self.port)
        before = cpu_s(self.pid)
        await load.run(count, way)
        self.ms.setdefault(way, []).append((cpu_s(self.pid) - before) * 1000 / count)
        return load.body

    def median_ms(self, way: str = "distinct") -> float:
        return statistics.median(self.ms[way])

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            # Hive's waits for connections that the subgraphs keep open.
            self._process.kill()
            self._process.wait(10)


def start(role: str, *arguments: str) -> Server:
    """A process of this bench."""
    return Server(role, [sys.executable, "-m", "bench.remote_subgraphs", role, *arguments])


def start_peers(supergraph: Path) -> list[Server]:
    """Those that can be; of the others it is said why they are not."""
    peers: list[Server] = []
    for name in PACKAGES:
        found = command(name, supergraph)
        if isinstance(found, str):
            print(f"{name:10} skipped: {found}")
        else:
            peers.append(Server(name, *found))
    return peers


async def measure(gateway: Server, peers: list[Server]) -> int:
    """Fills in what each of them takes; the bytes of our answer."""
    for server in (gateway, *peers):
        await Load(server.port).run(WARM_UP, "distinct")
    for _ in range(ROUNDS):
        answer = await gateway.measure(REQUESTS, "distinct")
        await gateway.measure(REQUESTS, "alike")
        for peer in peers:
            theirs = await peer.measure(PEER_REQUESTS, "distinct")
            assert orjson.loads(theirs)["data"] == orjson.loads(answer)["data"], f"{peer.name} answers something else"
    return len(answer)


def report(gateway: Server, peers: list[Server], size: int) -> bool:
    """Prints what was measured; whether it is within the limits."""
    print(
        f"{size / 1000:.1f} KB an answer, {CONNECTIONS} connections, Python {platform.python_version()}, "
        f"{os.cpu_count()} cores, median of {ROUNDS} rounds"
    )
    for way, limit in LIMITS_MS.items():
        print(f"{way:10} {gateway.median_ms(way):6.2f} ms of CPU a request  (limit {limit} ms)")
    print(f"{rss_mb(gateway.pid):17.0f} MB resident")
    ours = gateway.median_ms()
    for peer in peers:
        theirs = peer.median_ms()
        print(f"{peer.name:10} {theirs:6.2f} ms of CPU a request, {theirs / ours:.1f} times ours; ", end="")
        print(f"{rss_mb(peer.pid):.0f} MB resident")
    return all(gateway.median_ms(way) <= limit for way, limit in LIMITS_MS.items())


def report_plans(sdl: str) -> bool:
    cold_ms, lookup_us = plan_times(sdl)
    print(f"planned in {cold_ms:6.1f} ms the first time  (limit {COLD_LIMIT_MS} ms)")
    print(f"found in   {lookup_us:6.1f} us every time after  (limit {LOOKUP_LIMIT_US} us)")
    return cold_ms <= COLD_LIMIT_MS and lookup_us <= LOOKUP_LIMIT_US


def main() -> None:
    started = [start("subgraphs")]
    sdl = supergraph_sdl(started[0].port)
    with tempfile.TemporaryDirectory() as folder:
        supergraph = Path(folder) / "supergraph.graphql"
        supergraph.write_text(sdl, encoding="utf-8")
        try:
            started.append(gateway := start("gateway", sdl))
            started += (peers := start_peers(supergraph))
            size = asyncio.run(measure(gateway, peers))
            within = report(gateway, peers, size)
        finally:
            for server in started:
                server.stop()
    within = report_plans(sdl) and within
    raise SystemExit(0 if within else 1)


if __name__ == "__main__":
    main()
