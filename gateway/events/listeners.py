"""Listeners: what a plugin does on another's event. Each has its own place in the outbox, and fails alone.

A listener is a rule. It runs in the transaction that moves the listener's place forward, so what it writes is written
once, whatever dies when. One that raises is tried again after a pause that grows; after ``TRIES`` it is set aside as a
dead letter and the listener goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias, cast

import structlog
from sqlmodel import Field, Session, select

from gateway.data.database import Database
from gateway.events.event import Event
from gateway.events.outbox import Table, events_after, last_event_id
from gateway.events.relay import POLL_S, woken
from schema.scalars import utc_now

log = structlog.get_logger("gateway.events")

TRIES = 12
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 60.0

ListenerRule: TypeAlias = Callable[[Session, Event], None]


@dataclass(frozen=True, slots=True)
class Listener:
    """``rule(session, event)`` for every event of these kinds, in order. ``name`` is unique in its plugin and stays."""

    name: str
    kinds: tuple[str, ...]
    rule: ListenerRule


class PlaceRow(Table, table=True):
    """How far a listener has come."""

    __tablename__ = "gateway_listener"

    listener: str = Field(primary_key=True)
    last_event: int
    failures: int = 0


class DeadLetterRow(Table, table=True):
    """An event that a listener could not take in, set aside for an operator."""

    __tablename__ = "gateway_dead_letter"

    id: int | None = Field(default=None, primary_key=True)
    listener: str
    event: int
    error: str
    at: datetime


class RuleFailed(Exception):  # noqa: N818
    """A listener's rule raised; its cause says what."""


class ListenerRunner:
    """Runs one plugin's listener over the outbox, in whichever gateway process gets to an event first."""

    def __init__(self, database: Database, plugin: str, listener: Listener) -> None:
        self._database = database
        self._listener = listener
        self.name = f"{plugin}.{listener.name}"
        self._wake = asyncio.Event()

    def wake(self) -> None:
        self._wake.set()

    def start_place(self, session: Session) -> None:
        """A listener that is new starts with what happens from now on."""
        if session.get(PlaceRow, self.name) is None:
            session.add(PlaceRow(listener=self.name, last_event=last_event_id(session)))

    def take_next(self, session: Session) -> bool:
        """Take in the next event, in one transaction; False when there is none.

        The place is locked first: another process that is at this listener waits, then finds the event taken.
        """
        place = session.exec(select(PlaceRow).where(PlaceRow.listener == self.name).with_for_update()).one()
        events = events_after(session, place.last_event, self._listener.kinds, 1)
        if not events:
            return False
        try:
            self._listener.rule(session, events[0])
        except Exception as error:
            raise RuleFailed from error
        place.last_event = events[0].id
        place.failures = 0
        return True

    def note_failure(self, session: Session, error: str) -> int:
        """Count a failure; the event is set aside when it is one too many. Returns the failures so far, 0 then."""
        place = session.exec(select(PlaceRow).where(PlaceRow.listener == self.name).with_for_update()).one()
        place.failures += 1
        if place.failures < TRIES:
            return place.failures
        event = events_after(session, place.last_event, self._listener.kinds, 1)[0]
        session.add(DeadLetterRow(listener=self.name, event=event.id, error=error, at=utc_now()))
        place.last_event, place.failures = event.id, 0
        log.error("an event was set aside: congdanso dead-letters", listener=self.name, event_id=event.id)
        return 0

    async def run(self) -> None:
        while True:
            self._wake.clear()
            pause = await self._take_all()
            if await woken(self._wake, pause or POLL_S) and pause:
                await asyncio.sleep(pause)

    async def _take_all(self) -> float:
        """Take in what is there. Returns the seconds to pause after a failure, 0 without one."""
        try:
            while await self._database.read(self._has_next) and await self._database.change(self.take_next):
                pass
        except RuleFailed as failed:
            log.exception("a listener failed", listener=self.name)
            return await self._after_failure(type(failed.__cause__).__name__)
        except Exception:
            # The database is away: that says nothing of the event, which waits.
            log.exception("a listener could not read its events; trying again", listener=self.name)
            return POLL_S
        return 0.0

    async def _after_failure(self, error: str) -> float:
        try:
            failures = await self._database.change(self.note_failure, error)
        except Exception:
            log.exception("a listener's failure could not be counted; trying again", listener=self.name)
            return POLL_S
        return min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0**failures) if failures else 0.0

    def _has_next(self, session: Session) -> bool:
        # Asked without the write lock, which an idle listener must not take.
        place = session.get(PlaceRow, self.name)
        return place is not None and bool(events_after(session, place.last_event, self._listener.kinds, 1))


@asynccontextmanager
async def listening(database: Database, runners: Sequence[ListenerRunner]) -> AsyncIterator[None]:
    """The runners run while the block does."""
    for runner in runners:
        await database.change(runner.start_place)
    tasks = [asyncio.create_task(runner.run(), name=f"listener {runner.name}") for runner in runners]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def dead_letters(session: Session) -> list[DeadLetterRow]:
    """Set-aside events, the newest first."""
    return list(session.exec(select(DeadLetterRow).order_by(cast(Any, DeadLetterRow.id).desc())))
