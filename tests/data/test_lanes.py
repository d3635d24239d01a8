"""Lanes: a plugin with slow rules is slow by itself; who waits to write keeps nobody from reading."""

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest
from sqlmodel import Session, text

from gateway.data.database import Database
from gateway.data.faults import DatabaseFault

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'data.db'}", read_deadline_s=1.0, busy_timeout_s=0.5)
    with opened.changing() as session:
        session.execute(text("CREATE TABLE counter (n INTEGER)"))
        session.execute(text("INSERT INTO counter VALUES (0)"))
    yield opened
    opened.close()


def count(session: Session) -> int:
    return int(session.execute(text("SELECT n FROM counter")).scalar_one())


def add_one(session: Session) -> None:
    session.execute(text("UPDATE counter SET n = n + 1"))


async def code_of(asked: object) -> str:
    with pytest.raises(DatabaseFault) as fault:
        await asked  # type: ignore[misc]
    return fault.value.code


async def test_slow_rules_of_plugins_leave_the_reads_of_another_and_of_the_gateway_quick(database: Database) -> None:
    end = Event()

    def sleep(_session: Session) -> bool:
        return end.wait(5)

    held = [asyncio.ensure_future(database.read_for("slow", sleep)) for _ in range(20)]
    await asyncio.sleep(0.1)
    began = time.monotonic()
    assert await database.read_for("other", count) == 0
    assert time.monotonic() - began < 0.5
    held += [asyncio.ensure_future(database.read_for("slow_too", sleep)) for _ in range(20)]
    await asyncio.sleep(0.1)
    began = time.monotonic()
    assert await database.read(count) == 0
    assert time.monotonic() - began < 0.5
    answers = await asyncio.gather(*held, return_exceptions=True)
    end.set()
    codes = [answer.code for answer in answers if isinstance(answer, DatabaseFault)]
    assert len(codes) == 40
    # Four of "slow" and three of "slow_too" had a thread; the eighth is the gateway's own.
    assert (codes.count("DATABASE_TIMEOUT"), codes.count("DATABASE_BUSY")) == (7, 33)


async def test_a_query_without_end_is_stopped_at_the_deadline_and_gives_its_thread_back(database: Database) -> None:
    def endless(session: Session) -> object:
        return session.execute(text(ENDLESS)).scalar()

    began = time.monotonic()
    codes = await asyncio.gather(*(code_of(database.read_for("slow", endless)) for _ in range(4)))
    assert codes == ["DATABASE_TIMEOUT"] * 4
    assert time.monotonic() - began < 2.5
    await asyncio.sleep(0.3)
    began = time.monotonic()
    assert await asyncio.gather(*(database.read_for("slow", count) for _ in range(8))) == [0] * 8
    assert time.monotonic() - began < 0.5


async def test_a_rule_that_goes_on_after_its_deadline_is_interrupted_again(database: Database) -> None:
    ended = Event()
    interrupted: list[str] = []

    def stubborn(session: Session) -> None:
        for _ in range(3):
            try:
                session.execute(text(ENDLESS))
            except Exception as error:
                interrupted.append(str(error.__cause__))
        ended.set()

    assert await code_of(database.read(stubborn)) == "DATABASE_TIMEOUT"
    assert await asyncio.to_thread(ended.wait, 5)
    assert interrupted == ["interrupted"] * 3


async def test_while_another_process_writes_changes_are_refused_and_reads_go_on(database: Database) -> None:
    with closing(sqlite3.connect(str(database.url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        changes = [asyncio.ensure_future(code_of(database.change(add_one))) for _ in range(40)]
        await asyncio.sleep(0.05)
        assert await asyncio.gather(*(database.read_for("one", count) for _ in range(20))) == [0] * 20
        assert time.monotonic() - began < 0.4
        assert await asyncio.gather(*changes) == ["DATABASE_BUSY"] * 40
        assert time.monotonic() - began < 2
        other.execute("ROLLBACK")
    await database.change(add_one)
    assert await database.read(count) == 1


async def test_changes_are_made_in_the_order_in_which_they_were_asked_for(database: Database) -> None:
    made: list[int] = []
    await asyncio.gather(*(database.change(lambda _session, n=n: made.append(n)) for n in range(50)))
    assert made == list(range(50))


async def test_who_gives_up_waiting_takes_no_turn_with_them(database: Database) -> None:
    end = Event()
    first = asyncio.ensure_future(database.change(lambda _session: end.wait(5)))
    await asyncio.sleep(0.05)
    waiting = [asyncio.ensure_future(database.change(add_one)) for _ in range(5)]
    await asyncio.sleep(0)
    for task in waiting:
        task.cancel()
    first.cancel()
    await asyncio.gather(first, *waiting, return_exceptions=True)
    # The first one's thread is at it still: nobody writes beside it.
    assert await code_of(database.change(add_one)) == "DATABASE_BUSY"
    end.set()
    await database.change(add_one)
    assert await database.read(count) == 1


@pytest.mark.parametrize("raised", [SystemExit, KeyboardInterrupt, StopIteration, GeneratorExit])
async def test_what_would_end_the_process_is_an_error_of_the_rule(
    database: Database, raised: type[BaseException]
) -> None:
    def end_it(_session: Session) -> None:
        raise raised

    with pytest.raises(RuntimeError, match=f"a rule raised {raised.__name__}"):
        await database.change(end_it)
    with pytest.raises(RuntimeError, match=f"a rule raised {raised.__name__}"):
        await database.read(end_it)
    assert await database.read(count) == 0
