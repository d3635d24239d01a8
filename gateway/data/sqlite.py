"""SQLite, made safe for a server: WAL, full sync, a busy timeout, and transactions that begin when we say so."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlmodel import Session

from gateway.data.faults import DATABASE_UNAVAILABLE, DatabaseFault

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    # An acknowledged report must survive a power cut, not only a crash of the process.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
)


class DatabaseFile:
    """The file of a SQLite database, and whether it still is the one that was opened."""

    def __init__(self, path: str | None) -> None:
        in_memory = not path or path == ":memory:" or path.startswith("file:")
        self.path = None if in_memory else os.path.abspath(path or "")
        self._opened: tuple[int, int] | None = None

    def note_opened(self) -> None:
        if self._opened is None:
            self._opened = self._identity()

    def check(self) -> None:
        """Raises: DatabaseFault: the file was deleted, or another put in its place: what is written now is lost."""
        if self._opened is not None and self._opened != self._identity():
            raise DatabaseFault(DATABASE_UNAVAILABLE, "replaced or deleted")

    def _identity(self) -> tuple[int, int] | None:
        """Device and inode; None when there is no such file."""
        if self.path is None:
            return None
        try:
            found = os.stat(self.path)
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def try_writing(self, busy_timeout_s: float) -> None:
        """Write a page as it was, and see it reach the disk: only writing tells that there is room for it.

        Raises:
            DatabaseFault, sqlite3.Error: it cannot be written, and why.
        """
        self.check()
        if self.path is None:
            return
        with closing(sqlite3.connect(self.path, timeout=busy_timeout_s, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            connection.execute(f"PRAGMA user_version = {version}")
            connection.execute("COMMIT")


class Interruptible:
    """The connection that a rule is using, to be interrupted from another thread for as long as it does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: Any = None

    def hold(self, connection: Any) -> None:
        with self._lock:
            self._connection = connection

    def interrupt(self) -> None:
        """Ends the statement that runs now with an error; nothing when none does."""
        with self._lock:
            if self._connection is not None:
                self._connection.interrupt()


def was_rolled_back(session: Session) -> bool:
    """Whether SQLite has rolled back the session's whole transaction by itself, as it may when a disk is full.

    SQLAlchemy does not hear of it, and a commit would say that all is well.
    """
    return session.in_transaction() and not getattr(
        session.connection().connection.dbapi_connection, "in_transaction", True
    )


def prepare_sqlite(engine: Engine, file: DatabaseFile, busy_timeout_s: float) -> None:
    """Set every new connection up, and begin transactions ourselves.

    Python's driver begins late, at the first INSERT; a transaction that has read by then may be refused the write
    lock at once, whatever the busy timeout says.
    """
    pragmas = (*_PRAGMAS, f"PRAGMA busy_timeout = {round(busy_timeout_s * 1000)}")

    @event.listens_for(engine, "do_connect")
    def check_file(*_: Any) -> None:
        # SQLite would make an empty database where the file was.
        file.check()

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()
        file.note_opened()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        how = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {how}")
