"""The streams that are open, WebSockets and event streams: counted, bounded, closed one by one at the end."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gateway.server.refusals import HTTPRefusal
from gateway.server.settings import ServerSettings


class Slot:
    """The place of one open stream. ``close``: ends the stream from outside; set by whoever runs it.

    ``session``: of the person who is signed in on it, "" for nobody; ``end``: what is done when that ends.
    """

    def __init__(self) -> None:
        self.close: Callable[[], object] = bool
        self.session = ""
        self.end: Callable[[], object] = bool


class OpenStreams:
    """Of one server process. ``draining``: set when the process is about to end."""

    def __init__(self, settings: ServerSettings) -> None:
        self._settings = settings
        self._by_address: Counter[str] = Counter()
        self._slots: set[Slot] = set()
        self.draining = False

    def __len__(self) -> int:
        return len(self._slots)

    @contextmanager
    def held(self, address: str) -> Iterator[Slot]:
        """Count a stream in as long as it is open.

        Raises:
            HTTPRefusal: STREAM_LIMIT_ADDRESS (429), STREAM_LIMIT, DRAINING (503).
        """
        self._check(address)
        slot = Slot()
        self._slots.add(slot)
        self._by_address[address] += 1
        try:
            yield slot
        finally:
            self._slots.discard(slot)
            self._by_address[address] -= 1
            if not self._by_address[address]:
                del self._by_address[address]

    def end_session(self, session: str) -> None:
        """End the streams of whoever was signed in by that session."""
        for slot in [slot for slot in self._slots if slot.session == session]:
            slot.end()

    def _check(self, address: str) -> None:
        if self.draining:
            raise HTTPRefusal(503, "DRAINING", "This process is about to end: connect again.", {"Retry-After": "1"})
        if len(self._slots) >= self._settings.sockets:
            text = "This process has no room for another stream."
            raise HTTPRefusal(503, "STREAM_LIMIT", text, {"Retry-After": "5"})
        if self._by_address[address] >= self._settings.sockets_per_address:
            text = f"An address opens at most {self._settings.sockets_per_address} streams."
            raise HTTPRefusal(429, "STREAM_LIMIT_ADDRESS", text, {"Retry-After": "30"})

    async def drain(self, spread_s: float) -> None:
        """Close every stream, at random moments within ``spread_s``, so that the clients do not come back as one."""
        self.draining = True
        slots = list(self._slots)
        random.shuffle(slots)
        for slot in slots:
            if slot in self._slots:
                slot.close()
            await asyncio.sleep(spread_s / len(slots))
