"""Sessions that have ended while tokens of theirs are still good: refused at once, in every process."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final, cast

from sqlmodel import Session, select

from gateway.data.database import Database
from gateway.events.bus import Bus
from identity.actor import Actor
from identity.sessions import SESSION_ENDED
from identity.tables import SessionRow
from identity.tokens import InvalidToken
from schema.micros import now_us

REMEMBERED_S: Final = 2 * 3600
"""Longer than any access token is good for."""


class EndedSessions:
    """Their ids, for as long as a token may name one. They come from the database at the start, then by events."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._calls: list[Callable[[str], None]] = []

    def on_end(self, call: Callable[[str], None]) -> None:
        """``call`` is told the id of each session that ends from now on."""
        self._calls.append(call)

    def check(self, actor: Actor) -> None:
        """Raises: InvalidToken: SESSION_ENDED."""
        if actor.session in self._until:
            raise InvalidToken("The session has ended: sign in again.", "SESSION_ENDED")

    def add(self, session: str) -> None:
        now = time.monotonic()
        if session not in self._until:
            self._until = {id: until for id, until in self._until.items() if until > now}
            self._until[session] = now + REMEMBERED_S
            for call in self._calls:
                call(session)

    async def follow(self, database: Database, bus: Bus) -> None:
        """From here on hear of every end."""
        bus.on(SESSION_ENDED, lambda event: self.add(str(event.data["session"])))
        # Afterwards, so that no end falls between the two.
        for id in await database.read(_ended_lately):
            self.add(id)


def _ended_lately(session: Session) -> list[str]:
    since = now_us() - REMEMBERED_S * 1_000_000
    return list(session.exec(select(SessionRow.id).where(cast(Any, SessionRow.ended_at) >= since)))
