"""Batches: a listener takes in many events in one transaction, and one that fails costs the others nothing."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

import gateway.events.listeners as listeners_module
from gateway.data.database import Database
from gateway.events.event import Event
from gateway.events.listeners import Listener, ListenerRunner, PlaceRow, dead_letters
from gateway.events.outbox import emit, last_event_id
from tests.events.test_listeners import notes, write

NAME = "test.listener"


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    # A busy machine would cut batches short.
    monkeypatch.setattr(listeners_module, "BATCH_S", 60.0)


async def runner_over(database: Database, rule: Callable[[Session, Event], None], events: int) -> ListenerRunner:
    runner = ListenerRunner(database, "test", Listener("listener", ("test.said",), rule))

    def say_all(session: Session) -> None:
        for n in range(1, events + 1):
            emit(session, Event("test.said", {"n": n}))

    await database.change(runner.start_place)
    await database.change(say_all)
    return runner


async def place(database: Database) -> tuple[int, int]:
    row = await database.read(lambda session: session.get_one(PlaceRow, NAME))
    return row.last_event, row.failures


def numbers(first: int, last: int) -> list[str]:
    return [str(n) for n in range(first, last + 1)]


async def test_two_hundred_events_are_four_transactions_in_order(database: Database) -> None:
    runner = await runner_over(database, write, 200)
    commits: list[int] = []
    database.on_commit(lambda _session: commits.append(1))
    assert await runner._take_all() == 0.0
    assert (len(commits), await place(database)) == (4, (200, 0))
    assert await database.read(notes) == numbers(1, 200)


async def test_one_that_fails_keeps_those_before_it_and_is_tried_again_by_itself(database: Database) -> None:
    tried: list[int] = []

    def fail_at_120(session: Session, event: Event) -> None:
        tried.append(event["n"])
        write(session, event)
        if event["n"] == 120 and tried.count(120) < 3:
            raise RuntimeError("not yet")

    runner = await runner_over(database, fail_at_120, 200)
    assert await runner._take_all() == pytest.approx(0.2)
    assert (await place(database), await database.read(notes)) == ((119, 1), numbers(1, 119))
    assert await runner._take_all() == pytest.approx(0.4)
    assert (await place(database), await database.read(notes)) == ((119, 2), numbers(1, 119))
    assert await runner._take_all() == 0.0
    assert (await place(database), await database.read(notes)) == ((200, 0), numbers(1, 200))
    assert tried == [*range(1, 121), 120, *range(120, 201)]


async def test_one_that_never_goes_in_is_set_aside_with_the_place_after_it(database: Database) -> None:
    def refuse_7(session: Session, event: Event) -> None:
        write(session, event)
        if event["n"] == 7:
            raise RuntimeError("never")

    runner = await runner_over(database, refuse_7, 10)
    pauses = [await runner._take_all() for _ in range(listeners_module.TRIES)]
    assert pauses[-1] == 0.0
    assert min(pauses[:-1]) > 0
    assert [letter.event for letter in await database.read(dead_letters)] == [7]
    await runner._take_all()
    assert (await place(database), await database.read(notes)) == ((10, 0), numbers(1, 6) + numbers(8, 10))


async def test_a_process_that_dies_in_a_batch_leaves_nothing_of_it(database: Database) -> None:
    runner = await runner_over(database, write, 20)

    def die(session: Session) -> None:
        assert runner.take(session).events == 20
        raise SystemExit

    with pytest.raises(RuntimeError, match="SystemExit"):
        await database.change(die)
    assert (await place(database), await database.read(notes)) == ((0, 0), [])
    await runner._take_all()
    assert (await place(database), await database.read(notes)) == ((20, 0), numbers(1, 20))


async def test_a_rule_that_rolls_everything_back_loses_no_event_but_its_own(database: Database) -> None:
    def roll_back_at_5(session: Session, event: Event) -> None:
        if event["n"] == 5:
            session.rollback()
        write(session, event)

    runner = await runner_over(database, roll_back_at_5, 8)
    for _ in range(listeners_module.TRIES + 3):
        await runner._take_all()
    assert [letter.event for letter in await database.read(dead_letters)] == [5]
    assert (await place(database), await database.read(notes)) == ((8, 0), numbers(1, 4) + numbers(6, 8))


@pytest.mark.parametrize("overlooked", [False, True])
async def test_a_full_disk_loses_no_event_of_a_batch(database: Database, overlooked: bool) -> None:
    """SQLite rolls the whole transaction back by itself when it is full: savepoints and all."""
    room: list[bool] = []

    def fill_at_3(session: Session, event: Event) -> None:
        write(session, event)
        session.connection().exec_driver_sql(f"PRAGMA max_page_count = {1_000_000 if room else 1}")
        if event["n"] == 3:
            with suppress(OperationalError if overlooked else ()):
                session.connection().exec_driver_sql("INSERT INTO note (text) VALUES (?)", (" " * 50_000,))

    runner = await runner_over(database, fill_at_3, 4)
    for _ in range(3):
        await runner._take_all()
        kept = await database.read(notes)
        assert ((await place(database))[0], kept) in [(0, []), (2, ["1", "2"])]
    assert await database.read(dead_letters) == []
    room.append(True)
    await runner._take_all()
    assert (await place(database))[0] == 4
    assert [text for text in await database.read(notes) if text.strip()] == numbers(1, 4)


async def test_a_slow_rule_lets_others_write_between_its_events(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listeners_module, "BATCH_S", 0.0)
    runner = await runner_over(database, write, 3)
    assert [(await database.change(runner.take)).events for _ in range(4)] == [1, 1, 1, 0]
    assert await database.read(last_event_id) == 3
