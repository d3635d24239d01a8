"""The database: runs plain synchronous rules in threads, each in a session of its own.

SQLite has one writer at a time: a change takes the write lock when it begins (``BEGIN IMMEDIATE``), so that it never
fails half-way for having read first. Reads go on beside it (WAL).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar

import anyio.to_thread
from anyio import CapacityLimiter
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlmodel import Session

from gateway.data.sqlite import prepare_sqlite

P = ParamSpec("P")
T = TypeVar("T")

BUSY_TIMEOUT_S = 5.0


class Database:
    """One database for the plugins and the outbox: that is what lets an event commit with its change.

    ``url``: SQLAlchemy's. ``threads``: how many rules run at once in this process.
    """

    def __init__(self, url: str, *, threads: int = 8) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._limit = threads
        self._limiter: CapacityLimiter | None = None
        self._writing = threading.Lock()
        self._engine = self._create()
        self._after_commit: list[Callable[[Session], None]] = []

    def _create(self) -> Engine:
        if self.is_sqlite:
            engine = create_engine(
                self.url,
                connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_S},
                pool_size=self._limit,
                max_overflow=2,
            )
            prepare_sqlite(engine)
            return engine
        return create_engine(self.url, pool_size=self._limit, pool_pre_ping=True, pool_timeout=BUSY_TIMEOUT_S)

    @property
    def engine(self) -> Engine:
        return self._engine

    def on_commit(self, call: Callable[[Session], None]) -> None:
        """``call`` is called, in the writer's thread, after each change that has committed."""
        self._after_commit.append(call)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the data and writes nothing."""
        with Session(self._engine, autoflush=False, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def changing(self) -> Iterator[Session]:
        """A session that commits when the block ends, and leaves nothing behind when it raises."""
        with self._one_writer(), Session(self._engine, expire_on_commit=False) as session:
            if self.is_sqlite:
                session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
            yield session
            session.commit()
        for call in self._after_commit:
            call(session)

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        if not self._writing.acquire(timeout=BUSY_TIMEOUT_S):
            raise TimeoutError(f"the database was being written to for more than {BUSY_TIMEOUT_S} s")
        try:
            yield
        finally:
            self._writing.release()

    async def read(self, rule: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What ``rule(session, ...)`` returns, run in a thread over one state of the data."""

        def run() -> T:
            with self.reading() as session:
                return rule(session, *args, **kwargs)

        return await self._in_thread(run)

    async def change(self, rule: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What ``rule(session, ...)`` returns, run in a thread; committed whole, or nothing of it when it raises."""

        def run() -> T:
            with self.changing() as session:
                return rule(session, *args, **kwargs)

        return await self._in_thread(run)

    async def _in_thread(self, run: Callable[[], T]) -> T:
        # A limiter belongs to an event loop, and the database may be made before there is one.
        if self._limiter is None:
            self._limiter = CapacityLimiter(self._limit)
        return await anyio.to_thread.run_sync(run, limiter=self._limiter)

    def close(self) -> None:
        self._engine.dispose()


def count_queries(database: Database) -> list[str]:
    """The statements that the database runs from now on, as a list that grows: for tests and the profiler."""
    seen: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    return seen
