"""The benchmark query of federation gateways, over four subgraphs behind HTTP: CPU of the gateway's process.

    python -m bench.remote

Users, products, reviews and inventory answer from memory, in a process of their own; the gateway is the whole server;
this process asks it over 16 connections. Two ways, interleaved: every request of a client of its own, so nothing is
shared, and all requests alike. Goals: 4 ms and 0.5 ms of CPU for a request.
"""

from __future__ import annotations

import asyncio
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson

from bench.remote_subgraphs import QUERY, supergraph_sdl

CONNECTIONS, REQUESTS, ROUNDS = 16, 400, 5
GOALS_MS = {"distinct": 4.0, "alike": 0.5}


def start(role: str, *arguments: str) -> tuple[subprocess.Popen[str], str]:
    """A process of this bench, and the line that it says once it listens."""
    command = [sys.executable, "-m", "bench.remote_subgraphs", role, *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def cpu_s(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


class Load:
    """``CONNECTIONS`` keep-alive connections that ask one after another. ``client``: what its header says."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._body = orjson.dumps({"query": QUERY})
        self._asked = 0
        self.size = 0

    async def run(self, count: int, way: str) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(CONNECTIONS):
                group.create_task(self._connection(count // CONNECTIONS, way))

    async def _connection(self, count: int, way: str) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 20)
        for _ in range(count):
            self._asked += 1
            client = str(self._asked) if way == "distinct" else "same"
            writer.write(
                b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nx-client: %b\r\n"
                b"content-length: %d\r\n\r\n%b" % (client.encode(), len(self._body), self._body)
            )
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            body = await reader.readexactly(length)
            assert body.startswith(b'{"data":{"users":'), body[:300]
            self.size = length
        writer.close()


async def measure(port: int, pid: int) -> tuple[dict[str, list[float]], int]:
    """way -> CPU ms per request of each round, and the bytes of an answer."""
    load = Load(port)
    await load.run(CONNECTIONS * 4, "distinct")
    found: dict[str, list[float]] = {way: [] for way in GOALS_MS}
    for _ in range(ROUNDS):
        for way, took in found.items():
            before = cpu_s(pid)
            await load.run(REQUESTS, way)
            took.append((cpu_s(pid) - before) * 1000 / REQUESTS)
    return found, load.size


def main() -> None:
    started = [start("subgraphs")]
    try:
        started.append(start("gateway", supergraph_sdl(int(started[0][1]))))
        gateway, port = started[1]
        found, size = asyncio.run(measure(int(port), gateway.pid))
        memory = rss_mb(gateway.pid)
    finally:
        for process, _ in started:
            process.terminate()
            process.wait(20)
    print(f"{size / 1000:.1f} KB an answer, Python {platform.python_version()}, median of {ROUNDS} rounds")
    medians: dict[str, Any] = {way: statistics.median(took) for way, took in found.items()}
    for way, took_ms in medians.items():
        print(f"{way:10} {took_ms:6.2f} ms of CPU a request  (goal {GOALS_MS[way]} ms)")
    print(f"{memory:17.0f} MB resident")
    raise SystemExit(0 if all(medians[way] <= goal for way, goal in GOALS_MS.items()) else 1)


if __name__ == "__main__":
    main()
