"""Sessions for tests: one that was opened, what became of it, and what is refused."""

import threading
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from identity.sessions import Opened
from identity.tables import SessionRow
from schema.errors import Refused

OPENED = Opened("WEB", "Chrome, Android", "vneid", "sid-1", level=1, acr="loa1", auth_at=1_790_000_000_000_000)


def refusal(rule: Any, *given: Any) -> str:
    with pytest.raises(Refused) as refused:
        rule(*given)
    return refused.value.code


def state_of(session: Session, id: str) -> tuple[int | None, str]:
    row = session.get(SessionRow, id, populate_existing=True)
    assert row is not None
    return row.ended_at, row.ended_why


def at_once(engine: Engine, count: int, rule: Any) -> list[str]:
    """``rule(session)`` in as many threads at the same moment, each committed; what they returned or were refused."""
    start = threading.Barrier(count)
    results: list[str] = []

    def run() -> None:
        with Session(engine, expire_on_commit=False) as session:
            start.wait()
            try:
                results.append(rule(session))
            except Refused as refused:
                results.append(refused.code)
            session.commit()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
