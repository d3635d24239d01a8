"""What the simulator keeps, each thing for a time: in memory, or in a file that several processes share."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import orjson

_TABLE: Final = """
CREATE TABLE IF NOT EXISTS kept (
    kind TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, ends_at REAL NOT NULL, PRIMARY KEY (kind, key)
) WITHOUT ROWID
"""


class Store:
    """Things by kind and key; of a key only its hash is kept. ``clock``: epoch seconds."""

    def __init__(self, folder: Path | None, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        place = ":memory:" if folder is None else str(folder / "simulator.sqlite")
        self._sql = sqlite3.connect(place, isolation_level=None, check_same_thread=False, timeout=5)
        if folder is not None:
            (folder / "simulator.sqlite").chmod(0o600)
            self._sql.execute("PRAGMA journal_mode = WAL")
        self._sql.execute(_TABLE)

    def put(self, kind: str, key: str, value: Mapping[str, Any], *, lifetime_s: float) -> None:
        now = self._clock()
        self._sql.execute("DELETE FROM kept WHERE ends_at <= ?", (now,))
        row = (kind, _hash(key), orjson.dumps(value), now + lifetime_s)
        self._sql.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?)", row)

    def add(self, kind: str, key: str, value: Mapping[str, Any], *, lifetime_s: float) -> bool:
        """Whether it was not there before; then it is now."""
        row = (kind, _hash(key), orjson.dumps(value), self._clock() + lifetime_s)
        return self._sql.execute("INSERT OR IGNORE INTO kept VALUES (?, ?, ?, ?)", row).rowcount == 1

    def get(self, kind: str, key: str) -> dict[str, Any] | None:
        return self._value("SELECT value FROM kept WHERE kind = ? AND key = ? AND ends_at > ?", kind, key)

    def take(self, kind: str, key: str) -> dict[str, Any] | None:
        """What was there, which is there no more: of several that take it, one gets it."""
        return self._value("DELETE FROM kept WHERE kind = ? AND key = ? AND ends_at > ? RETURNING value", kind, key)

    def close(self) -> None:
        self._sql.close()

    def _value(self, sql: str, kind: str, key: str) -> dict[str, Any] | None:
        rows = self._sql.execute(sql, (kind, _hash(key), self._clock())).fetchall()
        if not rows:
            return None
        value: dict[str, Any] = orjson.loads(rows[0][0])
        return value


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
