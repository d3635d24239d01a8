"""Faults: what is wrong with the database, told by fixed codes; its own words stay in the log."""

from __future__ import annotations

import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from schema.errors import Refused

DATABASE_BUSY: Final = "DATABASE_BUSY"
DATABASE_TIMEOUT: Final = "DATABASE_TIMEOUT"
DATABASE_UNAVAILABLE: Final = "DATABASE_UNAVAILABLE"
STORAGE_FULL: Final = "STORAGE_FULL"

_SAID: Final = {
    DATABASE_BUSY: "The city's database is busy. Nothing was done: try again in a moment.",
    DATABASE_TIMEOUT: "Reading took too long and was stopped: ask for less, or try again later.",
    DATABASE_UNAVAILABLE: "The city's database cannot be reached. Nothing was done: try again later.",
    STORAGE_FULL: "The city's storage is full. Nothing was done: try again later.",
}

# SQLite's primary result codes: sqlite.org/rescode.html.
_SQLITE: Final = {
    sqlite3.SQLITE_BUSY: (DATABASE_BUSY, "locked"),
    sqlite3.SQLITE_LOCKED: (DATABASE_BUSY, "locked"),
    sqlite3.SQLITE_INTERRUPT: (DATABASE_TIMEOUT, "slow"),
    sqlite3.SQLITE_FULL: (STORAGE_FULL, "full"),
    sqlite3.SQLITE_READONLY: (DATABASE_UNAVAILABLE, "read-only"),
    sqlite3.SQLITE_PERM: (DATABASE_UNAVAILABLE, "unreachable"),
    sqlite3.SQLITE_CANTOPEN: (DATABASE_UNAVAILABLE, "unreachable"),
    sqlite3.SQLITE_IOERR: (DATABASE_UNAVAILABLE, "failing"),
    sqlite3.SQLITE_CORRUPT: (DATABASE_UNAVAILABLE, "damaged"),
    sqlite3.SQLITE_NOTADB: (DATABASE_UNAVAILABLE, "damaged"),
}

# PostgreSQL's SQLSTATEs, whole or by class.
_SQLSTATE: Final = {
    "55P03": (DATABASE_BUSY, "locked"),
    "40": (DATABASE_BUSY, "locked"),
    "57014": (DATABASE_TIMEOUT, "slow"),
    "53100": (STORAGE_FULL, "full"),
    "08": (DATABASE_UNAVAILABLE, "unreachable"),
    "53": (DATABASE_UNAVAILABLE, "unreachable"),
    "57": (DATABASE_UNAVAILABLE, "unreachable"),
    "58": (DATABASE_UNAVAILABLE, "failing"),
    "25006": (DATABASE_UNAVAILABLE, "read-only"),
}

# Of exceptions raised from one another, how many are looked at.
_DEPTH: Final = 8


class DatabaseFault(Refused):
    """The database could not do it, and whoever asked is not to blame. ``state``: a word for the operator."""

    def __init__(self, code: str, state: str) -> None:
        super().__init__(_SAID[code], code=code)
        self.state = state


def fault_of(error: BaseException) -> DatabaseFault | None:
    """The fault that an exception tells of, itself or as what it was raised from; None when a rule is to blame.

    What a rule has refused after a fault stays refused as it said.
    """
    told: BaseException | None = error
    for _ in range(_DEPTH):
        if told is None or isinstance(told, DatabaseFault):
            return told
        if isinstance(told, Refused):
            return None
        if (found := _found(told)) is not None:
            return DatabaseFault(*found)
        told = told.__cause__ or told.__context__
    return None


def _found(error: BaseException) -> tuple[str, str] | None:
    """Code and state, of one exception of the driver or of SQLAlchemy."""
    if isinstance(error, PoolTimeoutError):
        return DATABASE_BUSY, "busy"
    driver = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(driver, sqlite3.Error):
        return _SQLITE.get(getattr(driver, "sqlite_errorcode", 0) & 0xFF)
    sqlstate = getattr(driver, "sqlstate", None) or getattr(driver, "pgcode", None) or ""
    if not sqlstate and isinstance(error, OperationalError):
        # There was no server to give it a state.
        return DATABASE_UNAVAILABLE, "unreachable"
    return _SQLSTATE.get(sqlstate) or _SQLSTATE.get(sqlstate[:2])
