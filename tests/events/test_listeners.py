"""Listeners: each event is taken in once, whatever fails, and a failing listener concerns no one else."""

import asyncio
from collections.abc import Callable

from sqlmodel import Session

import gateway.events.listeners as listeners_module
from gateway.data.database import Database
from gateway.events.bus import Bus
from gateway.events.event import Event
from gateway.events.listeners import Listener, ListenerRunner, dead_letters, listening
from gateway.events.outbox import emit
from gateway.events.relay import Relay


def write(session: Session, event: Event) -> None:
    session.connection().exec_driver_sql("INSERT INTO note (text) VALUES (?)", (str(event["n"]),))


def notes(session: Session) -> list[str]:
    return [row[0] for row in session.connection().exec_driver_sql("SELECT text FROM note ORDER BY rowid")]


def say(database: Database, n: int):
    return database.change(lambda session: emit(session, Event("test.said", {"n": n})))


async def until(database: Database, expected: list[str], wait_s: float = 10) -> None:
    async with asyncio.timeout(wait_s):
        while await database.read(notes) != expected:
            await asyncio.sleep(0.02)


def run(database: Database, *rules: Callable[[Session, Event], None]):
    runners = [
        ListenerRunner(database, "test", Listener(f"listener_{n}", ("test.said",), rule))
        for n, rule in enumerate(rules)
    ]
    relay = Relay(database, Bus())
    for runner in runners:
        relay.on_events(runner.wake)
    return relay, listening(database, runners)


async def test_a_listener_takes_in_each_event_once_in_order(database: Database) -> None:
    relay, listen = run(database, write)
    async with listen, relay.running():
        for n in range(20):
            await say(database, n)
        await until(database, [str(n) for n in range(20)])


async def test_a_listener_that_was_away_goes_on_where_it_was(database: Database) -> None:
    relay, listen = run(database, write)
    async with listen, relay.running():
        await say(database, 1)
        await until(database, ["1"])
    await say(database, 2)
    relay, listen = run(database, write)
    async with listen, relay.running():
        await until(database, ["1", "2"])


async def test_a_listener_that_is_new_starts_with_what_happens_from_now_on(database: Database) -> None:
    await say(database, 1)
    relay, listen = run(database, write)
    async with listen, relay.running():
        await say(database, 2)
        await until(database, ["2"])


async def test_a_listener_that_raises_is_tried_again_and_stops_nobody_else(database: Database) -> None:
    tries: list[int] = []

    def fail_twice(session: Session, event: Event) -> None:
        tries.append(event["n"])
        write(session, Event("test.said", {"n": f"half-done {len(tries)}"}))
        if len(tries) < 3:
            raise RuntimeError("not yet")

    relay, listen = run(database, fail_twice, write)
    async with listen, relay.running():
        await say(database, 1)
        await until(database, ["1", "half-done 3"])
    assert tries == [1, 1, 1]


async def test_an_event_that_never_goes_in_is_set_aside_and_the_next_one_taken(database: Database, monkeypatch) -> None:
    monkeypatch.setattr(listeners_module, "FIRST_PAUSE_S", 0.001)

    def refuse_one(session: Session, event: Event) -> None:
        if event["n"] == 1:
            raise RuntimeError("never")
        write(session, event)

    relay, listen = run(database, refuse_one)
    async with listen, relay.running():
        await say(database, 1)
        await say(database, 2)
        await until(database, ["2"])
    letters = await database.read(dead_letters)
    assert [(letter.listener, letter.event, letter.error) for letter in letters] == [
        ("test.listener_0", 1, "RuntimeError")
    ]
