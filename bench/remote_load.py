"""What asks the gateways of ``bench.remote``, and what is read of their processes."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from typing import Final

import orjson

from bench.remote_subgraphs import QUERY

CONNECTIONS: Final = 16
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def cpu_s(pid: int) -> float:
    """User and system time of a process so far, of all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


class Load:
    """``CONNECTIONS`` keep-alive connections that ask one after another. ``body``: the last answer.

    In the way ``distinct`` each request has a client of its own, which the subgraphs are told; in ``alike`` all have
    the same.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._request = orjson.dumps({"query": QUERY})
        self._asked = 0
        self.body = b""

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
                b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\naccept: application/json\r\n"
                b"x-client: %b\r\ncontent-length: %d\r\n\r\n%b" % (client.encode(), len(self._request), self._request)
            )
            self.body = await _answer(reader)
            assert self.body.startswith(b'{"data":{"users":'), self.body[:300]
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    if length := _LENGTH.search(head):
        return await reader.readexactly(int(length[1]))
    chunks: list[bytes] = []
    while size := int(await reader.readline(), 16):
        chunks.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readexactly(2)
    return b"".join(chunks)
