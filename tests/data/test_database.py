"""The database: rules run in sessions of their own, changes one after another, whole or not at all."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session, text

from gateway.data.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'data.db'}")
    with opened.changing() as session:
        session.execute(text("CREATE TABLE counter (n INTEGER)"))
        session.execute(text("INSERT INTO counter VALUES (0)"))
    yield opened
    opened.close()


def count(session: Session) -> int:
    return session.execute(text("SELECT n FROM counter")).scalar_one()


def add_one(session: Session) -> int:
    n = count(session) + 1
    session.execute(text("UPDATE counter SET n = :n"), {"n": n})
    return n


async def test_a_hundred_changes_at_once_lose_none(database: Database) -> None:
    await asyncio.gather(*(database.change(add_one) for _ in range(100)))
    assert await database.read(count) == 100


async def test_two_processes_writing_at_once_lose_none(database: Database) -> None:
    other = Database(str(database.url))
    await asyncio.gather(*(db.change(add_one) for _ in range(50) for db in (database, other)))
    assert await database.read(count) == 100
    other.close()


async def test_a_rule_that_raises_changes_nothing(database: Database) -> None:
    def half(session: Session) -> None:
        add_one(session)
        raise ValueError("half-way")

    with pytest.raises(ValueError, match="half-way"):
        await database.change(half)
    assert await database.read(count) == 0


async def test_a_read_sees_one_state_while_a_change_goes_on(database: Database) -> None:
    def read_twice(session: Session) -> tuple[int, int]:
        first = count(session)
        with database.changing() as writing:
            add_one(writing)
        return first, count(session)

    assert await database.read(read_twice) == (0, 0)
    assert await database.read(count) == 1


def test_sqlite_survives_a_power_cut_and_lets_readers_go_on(database: Database) -> None:
    with database.reading() as session:
        assert session.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert session.execute(text("PRAGMA synchronous")).scalar_one() == 2
        assert session.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
