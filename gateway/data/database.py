"""The database: runs plain synchronous rules in threads, each in a session of its own.

SQLite has one writer at a time: a change takes the write lock when it begins (``BEGIN IMMEDIATE``), so that it never
fails half-way for having read first. Reads go on beside it (WAL). Who waits, waits in order and without a thread.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlmodel import Session

from gateway.data.faults import DATABASE_BUSY, DATABASE_TIMEOUT, DATABASE_UNAVAILABLE, DatabaseFault, fault_of
from gateway.data.lanes import Lanes
from gateway.data.sqlite import DatabaseFile, Interruptible, prepare_sqlite, was_rolled_back

P = ParamSpec("P")
T = TypeVar("T")

log = structlog.get_logger("gateway.data")

BUSY_TIMEOUT_S = 5.0
READ_DEADLINE_S = 5.0
INTERRUPT_EVERY_S = 0.1
PROBE_S = 0.5
WRITTEN_LATELY_S = 1.0


class Database:
    """One database for the plugins and the outbox: that is what lets an event commit with its change.

    ``url``: SQLAlchemy's. ``threads``: how many reading rules run at once in this process; half of them for one plugin.
    ``read_deadline_s``: how long a read may take, waiting included. ``busy_timeout_s``: how long a change waits for
    those before it, and for other processes.
    """

    def __init__(
        self,
        url: str,
        *,
        threads: int = 8,
        read_deadline_s: float = READ_DEADLINE_S,
        busy_timeout_s: float = BUSY_TIMEOUT_S,
    ) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._read_deadline_s = read_deadline_s
        self._busy_timeout_s = busy_timeout_s
        self._readers = threads
        self._writers = 1 if self.is_sqlite else max(1, threads // 2)
        # Queues belong to an event loop, and the database may be made before there is one.
        self._lanes: WeakKeyDictionary[asyncio.AbstractEventLoop, Lanes] = WeakKeyDictionary()
        self._writing = threading.Lock()
        self._file = DatabaseFile(self.url.database if self.is_sqlite else None)
        self._committed_at = float("-inf")
        self._engine = self._create()
        self._after_commit: list[Callable[[Session], None]] = []

    def _create(self) -> Engine:
        size, wait_s = self._readers + self._writers, self._busy_timeout_s
        if self.is_sqlite:
            engine = create_engine(
                self.url,
                connect_args={"check_same_thread": False, "timeout": wait_s},
                pool_size=size,
                max_overflow=4,
                pool_timeout=wait_s,
            )
            prepare_sqlite(engine, self._file, wait_s)
            return engine
        return create_engine(self.url, pool_size=size, pool_pre_ping=True, pool_timeout=wait_s)

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
        """A session that commits when the block ends, and leaves nothing behind when it raises.

        Raises:
            DatabaseFault: others were writing for too long, or the database's file is not there any more.
        """
        self._file.check()
        with self._one_writer(), Session(self._engine, expire_on_commit=False) as session:
            if self.is_sqlite:
                session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
            yield session
            session.flush()
            if was_rolled_back(session):
                raise DatabaseFault(DATABASE_UNAVAILABLE, "failing")
            session.commit()
            self._committed_at = time.monotonic()
        for call in self._after_commit:
            call(session)

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        # Changes on an event loop have queued before; this is for those who write without one.
        if not self._writing.acquire(timeout=self._busy_timeout_s):
            raise DatabaseFault(DATABASE_BUSY, "locked")
        try:
            yield
        finally:
            self._writing.release()

    async def read(self, rule: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What ``rule(session, ...)`` returns, run in a thread over one state of the data.

        Raises:
            DatabaseFault: there was no turn, or it took too long, or the database failed.
        """
        return await self._read(None, lambda session: rule(session, *args, **kwargs))

    async def read_for(
        self, plugin: str, rule: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The same for a plugin, which has its share of the threads and no more."""
        return await self._read(plugin, lambda session: rule(session, *args, **kwargs))

    async def change(self, rule: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What ``rule(session, ...)`` returns, run in a thread; committed whole, or nothing of it when it raises.

        Raises:
            DatabaseFault: others were writing for too long, or the database failed.
        """

        def run() -> T:
            with self.changing() as session:
                return rule(session, *args, **kwargs)

        until = asyncio.get_running_loop().time() + self._busy_timeout_s
        begun = await self._own_lanes().begin_change(run, until)
        await asyncio.wait([begun])
        return _result(begun)

    async def _read(self, plugin: str | None, rule: Callable[[Session], T]) -> T:
        loop = asyncio.get_running_loop()
        until = loop.time() + self._read_deadline_s
        used = Interruptible()

        def run() -> T:
            with self.reading() as session:
                if self.is_sqlite:
                    used.hold(session.connection().connection.dbapi_connection)
                try:
                    return rule(session)
                finally:
                    used.hold(None)

        begun = await self._own_lanes().begin_read(run, plugin, until)
        await asyncio.wait([begun], timeout=until - loop.time())
        if begun.done():
            return _result(begun)
        _interrupt_until_done(loop, begun, used)
        log.warning("a rule read for too long", plugin=plugin, deadline_s=self._read_deadline_s)
        raise DatabaseFault(DATABASE_TIMEOUT, "slow")

    async def check(self) -> None:
        """Raises: DatabaseFault: the database cannot be written to, or not soon, and why."""
        self._file.check()
        if not self.is_sqlite:
            await self.read(lambda session: session.connection().execute(text("SELECT 1")).scalar())
        # A change that has just been committed is the best proof, and waits for nobody.
        elif time.monotonic() - self._committed_at > WRITTEN_LATELY_S:
            until = asyncio.get_running_loop().time() + PROBE_S
            begun = await self._own_lanes().begin_change(lambda: self._file.try_writing(PROBE_S), until)
            await asyncio.wait([begun])
            _result(begun)

    def _own_lanes(self) -> Lanes:
        loop = asyncio.get_running_loop()
        if loop not in self._lanes:
            self._lanes[loop] = Lanes(self._readers, self._writers)
        return self._lanes[loop]

    def close(self) -> None:
        for lanes in self._lanes.values():
            lanes.close()
        self._lanes.clear()
        self._engine.dispose()


def _result(begun: asyncio.Future[T]) -> T:
    """What the rule returned or raised; a fault of the database by its code, and the rest of it in the log."""
    error = begun.exception()
    if error is None:
        return begun.result()
    fault = fault_of(error)
    if fault is None or fault is error:
        raise error
    log.warning("the database failed", code=fault.code, state=fault.state, error=str(getattr(error, "orig", error)))
    raise fault from error


def _interrupt_until_done(loop: asyncio.AbstractEventLoop, begun: asyncio.Future[Any], used: Interruptible) -> None:
    """A rule of many statements is interrupted in one after another, until it gives up."""
    if not begun.done():
        used.interrupt()
        loop.call_later(INTERRUPT_EVERY_S, _interrupt_until_done, loop, begun, used)


def count_queries(database: Database) -> list[str]:
    """The statements that the database runs from now on, as a list that grows: for tests and the profiler."""
    seen: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    return seen
