"""Faults: what is wrong with the database is told by fixed codes, without its own words, and by /ready."""

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, text

from gateway.data.database import WRITTEN_LATELY_S, Database
from gateway.data.faults import DatabaseFault
from gateway.host.testing import OpenCity

SUBMIT = """mutation { submitReport(input: {category: "GIAO_THONG", title: "x"}) { userErrors { code message } } }"""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'data.db'}", busy_timeout_s=0.3)
    with opened.changing() as session:
        session.execute(text("CREATE TABLE note (text VARCHAR)"))
    yield opened
    opened.close()


def write(session: Session, size: int = 1) -> None:
    session.execute(text("INSERT INTO note VALUES (:text)"), {"text": "x" * size})


def count(session: Session) -> int:
    return int(session.execute(text("SELECT count(*) FROM note")).scalar_one())


async def fault_of_change(database: Database, size: int = 1) -> DatabaseFault:
    with pytest.raises(DatabaseFault) as fault:
        await database.change(write, size)
    return fault.value


async def test_a_full_database_is_told_as_full_and_keeps_what_it_had(database: Database) -> None:
    event.listen(database.engine, "checkout", lambda connection, *_: connection.execute("PRAGMA max_page_count = 10"))
    await database.change(write)
    fault = await fault_of_change(database, 100_000)
    assert (fault.code, fault.state) == ("STORAGE_FULL", "full")
    assert fault.message == "The city's storage is full. Nothing was done: try again later."
    assert await database.read(count) == 1


async def test_a_rule_that_overlooks_a_full_disk_is_not_told_that_it_was_done(database: Database) -> None:
    def overlook(session: Session) -> None:
        write(session)
        session.connection().exec_driver_sql("PRAGMA max_page_count = 1")
        with suppress(OperationalError):
            write(session, 100_000)

    with pytest.raises(DatabaseFault) as fault:
        await database.change(overlook)
    assert fault.value.code == "DATABASE_UNAVAILABLE"
    assert await database.read(count) == 0


async def test_a_deleted_or_replaced_database_is_not_written_to_and_not_made_anew(database: Database) -> None:
    path = Path(str(database.url.database))
    await database.change(write)
    os.rename(path, path.with_suffix(".gone"))
    fault = await fault_of_change(database)
    assert (fault.code, fault.state) == ("DATABASE_UNAVAILABLE", "replaced or deleted")
    assert await database.read(count) == 1
    # A read that needs another connection does not get one to another file.
    both = Event()
    reads = [database.read(lambda session: (both.wait(0.2), count(session))[1]) for _ in range(3)]
    answers = await asyncio.gather(*reads, return_exceptions=True)
    assert {getattr(answer, "code", answer) for answer in answers} <= {1, "DATABASE_UNAVAILABLE"}
    assert not path.exists()
    path.write_bytes(b"")
    assert (await fault_of_change(database)).code == "DATABASE_UNAVAILABLE"


async def test_a_file_that_is_no_database_is_told_as_unavailable(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("not a database, " * 100)
    database = Database(f"sqlite:///{tmp_path / 'text.db'}")
    fault = await fault_of_change(database)
    assert (fault.code, fault.state) == ("DATABASE_UNAVAILABLE", "damaged")
    assert "text.db" not in fault.message
    database.close()


async def test_a_rule_whose_sql_is_wrong_is_to_blame_itself(database: Database) -> None:
    with pytest.raises(OperationalError, match="no such table"):
        await database.read(lambda session: session.execute(text("SELECT 1 FROM elsewhere")))


async def test_a_city_is_ready_again_when_its_database_is_unlocked_and_not_when_it_is_gone(
    open_test_city: OpenCity,
) -> None:
    async with open_test_city(Path("plugins.toml")) as city:
        path = Path(str(city.city.database.url.database))
        assert await city.city.ready() == {"ready": True, "database": "ok"}
        await asyncio.sleep(WRITTEN_LATELY_S + 0.05)
        assert await city.city.ready() == {"ready": True, "database": "ok"}
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            async with asyncio.timeout(1.4):
                assert await city.city.ready() == {"ready": False, "database": "locked"}
            other.execute("ROLLBACK")
        assert await city.city.ready() == {"ready": True, "database": "ok"}
        os.rename(path, path.with_suffix(".gone"))
        assert await city.city.ready() == {"ready": False, "database": "replaced or deleted"}
        answer = await city.ask(SUBMIT, by="lan")
        [error] = answer["submitReport"]["userErrors"]
        assert error == {
            "code": "DATABASE_UNAVAILABLE",
            "message": "The city's database cannot be reached. Nothing was done: try again later.",
        }
        os.rename(path.with_suffix(".gone"), path)


async def test_asking_whether_it_is_ready_changes_nothing(database: Database) -> None:
    with database.changing() as session:
        session.execute(text("PRAGMA user_version = 7"))
    await asyncio.sleep(WRITTEN_LATELY_S + 0.05)
    await database.check()
    assert await database.read(lambda session: session.execute(text("PRAGMA user_version")).scalar_one()) == 7
