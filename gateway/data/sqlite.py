"""SQLite, made safe for a server: WAL, full sync, a busy timeout, and transactions that begin when we say so."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, event

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    # An acknowledged report must survive a power cut, not only a crash of the process.
    "PRAGMA synchronous = FULL",
    "PRAGMA busy_timeout = 5000",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
)


def prepare_sqlite(engine: Engine) -> None:
    """Set every new connection up, and begin transactions ourselves.

    Python's driver begins late, at the first INSERT; a transaction that has read by then may be refused the write
    lock at once, whatever the busy timeout says.
    """

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        how = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {how}")
