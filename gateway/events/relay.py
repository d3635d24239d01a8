"""The relay: after a commit, takes new events out of the outbox and publishes them in this process.

Every gateway process tails the outbox for itself, woken at once by its own commits and by a poll for those of other
processes. It publishes what has committed and nothing else, so a process that is killed between commit and publish
loses nothing: subscribers come back with ``after`` and read the outbox.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import structlog
from sqlmodel import Session

from gateway.data.database import Database
from gateway.events.bus import Bus
from gateway.events.outbox import events_after, forget_before, last_event_id

log = structlog.get_logger("gateway.events")

POLL_S = 0.25
BATCH = 500


async def woken(wake: asyncio.Event, within_s: float) -> bool:
    """Whether ``wake`` was set within that time.

    Not by ``asyncio.wait_for``: before Python 3.12 it may swallow a cancellation that comes together with the event.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            return await wake.wait()
    return False


class Relay:
    """Tails the outbox of ``database`` into ``bus``. ``on_events`` are called after each batch."""

    def __init__(self, database: Database, bus: Bus, *, keep_days: int = 14) -> None:
        self._database = database
        self._bus = bus
        self._keep_days = keep_days
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._last = 0
        self._on_events: list[Callable[[], None]] = []
        database.on_commit(self._nudge)

    def on_events(self, call: Callable[[], None]) -> None:
        self._on_events.append(call)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Relays while the block runs."""
        self._loop = asyncio.get_running_loop()
        await self._database.change(forget_before, self._keep_days)
        self._last = await self._database.read(last_event_id)
        task = asyncio.create_task(self._run(), name="relay")
        try:
            yield
        finally:
            self._loop = None
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _nudge(self, session: Session) -> None:
        loop = self._loop
        if session.info.get("emitted") and loop is not None:
            loop.call_soon_threadsafe(self._wake.set)

    async def _run(self) -> None:
        while True:
            try:
                await self._relay()
            except Exception:
                log.exception("the outbox could not be read; trying again")
                await asyncio.sleep(POLL_S)
            await woken(self._wake, POLL_S)
            self._wake.clear()

    async def _relay(self) -> None:
        while True:
            events = await self._database.read(events_after, self._last, None, BATCH)
            for event in events:
                self._bus.publish(event)
                self._last = event.id
            if events:
                for call in self._on_events:
                    call()
            if len(events) < BATCH:
                return
