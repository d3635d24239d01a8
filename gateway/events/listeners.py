"""Listeners: what a plugin does on another's event. Each has its own place in the outbox, and fails alone.

A listener is a rule. It runs in the transaction that moves the listener's place forward, so what it writes is written
once, whatever dies when. A transaction takes in several events, each in a savepoint: one whose rule raises leaves what
was taken in before it. It is tried again after a pause that grows; after ``TRIES`` it is set aside as a dead letter and
the listener goes on.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias, cast

import structlog
from sqlmodel import Field, Session, select

from gateway.data.database import Database
from gateway.data.faults import DATABASE_BUSY, fault_of
from gateway.data.sqlite import was_rolled_back
from gateway.events.event import Event
from gateway.events.outbox import Table, events_after, last_event_id
from gateway.events.relay import woken
from schema.scalars import utc_now

log = structlog.get_logger("gateway.events")

BATCH = 50
BATCH_S = 0.1
"""After this time no further event is begun in a transaction: others want to write."""
POLL_S = 1.0
"""The relay wakes a listener; this is for what it has missed."""
TRIES = 12
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 60.0

ListenerRule: TypeAlias = Callable[[Session, Event], None]


@dataclass(frozen=True, slots=True)
class Listener:
    """``rule(session, event)`` for every event of these kinds, in order. ``name`` is unique in its plugin and stays.

    The rule neither commits nor rolls back.
    """

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


class TransactionEnded(Exception):  # noqa: N818
    """A rule ended the transaction that was not its own. ``taken``: how many events had gone in before it."""

    def __init__(self, taken: int) -> None:
        super().__init__("a listener's rule committed or rolled back")
        self.taken = taken


@dataclass(frozen=True, slots=True)
class Taken:
    """What one transaction took in. ``error``: what the rule raised at the event after those; ``failures``: how many
    times it has, 0 when the event was set aside."""

    events: int
    error: Exception | None = None
    failures: int = 0


class ListenerRunner:
    """Runs one plugin's listener over the outbox, in whichever gateway process gets to an event first."""

    def __init__(self, database: Database, plugin: str, listener: Listener) -> None:
        self._database = database
        self._listener = listener
        self.name = f"{plugin}.{listener.name}"
        self._wake = asyncio.Event()
        self._most = BATCH

    def wake(self) -> None:
        self._wake.set()

    def start_place(self, session: Session) -> None:
        """A listener that is new starts with what happens from now on."""
        if session.get(PlaceRow, self.name) is None:
            session.add(PlaceRow(listener=self.name, last_event=last_event_id(session)))

    def take(self, session: Session) -> Taken:
        """Take in the next events, in one transaction, up to the first that fails, which is counted in it too.

        The place is locked first: another process that is at this listener waits, then finds the events taken.
        """
        place = self._locked_place(session)
        until = time.monotonic() + BATCH_S
        taken: list[Event] = []
        error: Exception | None = None
        for event in events_after(session, place.last_event, self._listener.kinds, self._most):
            if taken and time.monotonic() > until:
                break
            if (error := self._try(session, event, len(taken))) is not None:
                break
            taken.append(event)
        if taken:
            place.last_event, place.failures = taken[-1].id, 0
        failures = 0 if error is None else self._count_failure(session, place, type(error).__name__)
        return Taken(len(taken), error, failures)

    def note_failure(self, session: Session, error: str) -> int:
        """Count a failure in a transaction of its own. Returns the failures so far, 0 when the event was set aside."""
        return self._count_failure(session, self._locked_place(session), error)

    def _locked_place(self, session: Session) -> PlaceRow:
        return session.exec(select(PlaceRow).where(PlaceRow.listener == self.name).with_for_update()).one()

    def _try(self, session: Session, event: Event, taken: int) -> Exception | None:
        """Run the rule in a savepoint. Returns what it raised, when nothing is left of what it wrote.

        Raises:
            TransactionEnded: nothing is left of the events before it either.
            Exception: the database failed, which says nothing of the event.
        """
        whole = session.get_transaction()
        failed: Exception | None = None
        try:
            with session.begin_nested():
                self._listener.rule(session, event)
        except Exception as error:
            fault = fault_of(error)
            if fault is not None and fault.code != DATABASE_BUSY:
                raise
            failed = error
        if session.get_transaction() is not whole or was_rolled_back(session):
            raise TransactionEnded(taken) from failed
        return failed

    def _count_failure(self, session: Session, place: PlaceRow, error: str) -> int:
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
            while await self._database.read(self._has_next):
                taken = await self._database.change(self.take)
                self._most = BATCH
                if taken.error is not None:
                    log.error("a listener failed", listener=self.name, exc_info=taken.error)
                    return _pause(taken.failures)
        except TransactionEnded as ended:
            # Take in those before it by themselves; then it is the first, and the failure its own.
            log.exception("a listener failed", listener=self.name)
            self._most = ended.taken or BATCH
            return 0.0 if ended.taken else await self._after_failure(type(ended.__cause__ or ended).__name__)
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
        return _pause(failures)

    def _has_next(self, session: Session) -> bool:
        # Asked without the write lock, which an idle listener must not take.
        place = session.get(PlaceRow, self.name)
        return place is not None and bool(events_after(session, place.last_event, self._listener.kinds, 1))


def _pause(failures: int) -> float:
    """Seconds until the next try; none after an event was set aside."""
    return min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0**failures) if failures else 0.0


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
