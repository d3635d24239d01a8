"""Identity's tables in a database of their own, for rules that need no gateway."""

import sqlite3
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, create_engine

from identity.sealing import KeyedHash, Sealer, new_key
from identity.secrets import Secrets
from identity.tables import PersonRow


@pytest.fixture
def database_file(tmp_path: Path) -> Path:
    """A SQLite file that identity's migrations have run in."""
    path = tmp_path / "identity.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    scripts = (each for each in files("identity").joinpath("migrations").iterdir() if each.name.endswith(".sql"))
    for script in sorted(scripts, key=lambda each: each.name):
        if ".postgresql." not in script.name:
            connection.executescript(script.read_text(encoding="utf-8"))
    connection.close()
    return path


@pytest.fixture
def engine(database_file: Path) -> Iterator[Engine]:
    """For several sessions over one database, in threads."""
    made = create_engine(f"sqlite:///{database_file}", connect_args={"timeout": 20})
    yield made
    made.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine, expire_on_commit=False) as opened:
        yield opened


@pytest.fixture
def secrets_() -> Secrets:
    return Secrets(KeyedHash("a secret of the tests: 8f1c0b7e2d"), Sealer([new_key()]))


@pytest.fixture
def now() -> int:
    """Microseconds since 1970 in UTC."""
    return time.time_ns() // 1000


@pytest.fixture
def person(session: Session, now: int) -> str:
    """The id of somebody who may sign in; committed, so that other sessions find them."""
    session.add(PersonRow(id="person-lan", created_at=now))
    session.commit()
    return "person-lan"
