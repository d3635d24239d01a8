"""The outbox and the relay: what commits is published, in order, once; what does not commit is told to nobody."""

import asyncio
from collections.abc import Callable

import pytest
from sqlmodel import Session

from gateway.context import Services
from gateway.data.database import Database
from gateway.events.bus import Bus
from gateway.events.event import Event
from gateway.events.outbox import emit, events_after, forget_before
from gateway.events.relay import Relay
from identity.sealing import KeyedHash, Sealer, new_key
from identity.secrets import Secrets
from schema.errors import Refused


async def nobody(*_: object) -> list[object]:
    return []


def said(number: int) -> Callable[[Session], None]:
    return lambda session: emit(session, Event("test.said", {"n": number}))


def context_of(database: Database, bus: Bus):
    secrets = Secrets(KeyedHash("of a test, and long enough for one"), Sealer([new_key()]))
    return Services("test", None, database, bus, nobody, secrets).context()  # type: ignore[arg-type]


async def test_a_change_that_raises_leaves_no_event(database: Database) -> None:
    def refuse(session: Session) -> None:
        emit(session, Event("test.said", {"n": 1}))
        raise Refused("no", code="NO")

    with pytest.raises(Refused):
        await database.change(refuse)
    assert await database.read(events_after, 0, None) == []


async def test_a_subscriber_gets_events_in_the_order_of_their_ids(database: Database) -> None:
    bus = Bus()
    async with Relay(database, bus).running():
        events = context_of(database, bus).events("test.said")
        first = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0)
        await asyncio.gather(*(database.change(said(n)) for n in range(50)))
        got = [await first] + [await anext(events) for _ in range(49)]
        await events.aclose()
    assert [event.id for event in got] == sorted(event.id for event in got)
    assert sorted(event["n"] for event in got) == list(range(50))


async def test_a_subscriber_that_comes_back_gets_what_it_missed_and_then_what_is_new(database: Database) -> None:
    bus = Bus()
    for n in range(1200):
        await database.change(said(n))
    async with Relay(database, bus).running():
        events = context_of(database, bus).events("test.said", after="5")
        got = [await anext(events) for _ in range(1195)]
        await database.change(said(1200))
        got.append(await anext(events))
        await events.aclose()
    assert [event["n"] for event in got] == list(range(5, 1201))


async def test_an_event_of_another_kind_or_refused_by_where_is_not_given(database: Database) -> None:
    bus = Bus()
    async with Relay(database, bus).running():
        events = context_of(database, bus).events("test.said", where=lambda event: event["n"] == 2)
        got = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0)
        await database.change(lambda session: emit(session, Event("test.other", {"n": 2})))
        await database.change(said(1))
        await database.change(said(2))
        assert (await got)["n"] == 2
        await events.aclose()


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "", "9" * 40, "１"])
async def test_an_id_that_is_none_is_refused(database: Database, after: str) -> None:
    with pytest.raises(Refused) as refused:
        await anext(context_of(database, Bus()).events("test.said", after=after))
    assert refused.value.code == "BAD_EVENT_ID"


async def test_replaying_from_before_the_first_kept_event_is_refused_not_left_with_a_gap(database: Database) -> None:
    for n in range(3):
        await database.change(said(n))
    await database.change(forget_before, -1)
    with pytest.raises(Refused) as refused:
        await anext(context_of(database, Bus()).events("test.said", after="1"))
    assert refused.value.code == "EVENTS_GONE"
    assert [event.id for event in await database.read(events_after, 0, None)] == [3]


async def test_a_reader_that_is_too_slow_is_told_where_to_resume(database: Database) -> None:
    bus = Bus()
    with bus.subscribed(["test.said"]) as subscription:
        for n in range(1, 1002):
            bus.publish(Event("test.said", {"n": n}, id=n))
        events = subscription.events(0)
        got = [await anext(events) for _ in range(1000)]
        with pytest.raises(Refused) as refused:
            await anext(events)
    assert got[-1].id == 1000
    assert (refused.value.code, "after: 1000" in refused.value.message) == ("LAGGING", True)


async def test_events_of_another_process_are_relayed_too(database: Database) -> None:
    bus = Bus()
    other = Database(str(database.url))
    async with Relay(database, bus).running():
        events = context_of(database, bus).events("test.said")
        got = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0)
        await other.change(said(7))
        assert (await asyncio.wait_for(got, 5))["n"] == 7
        await events.aclose()
    other.close()


async def test_an_id_from_the_future_is_refused_not_waited_for(database: Database) -> None:
    await database.change(said(1))
    with pytest.raises(Refused) as refused:
        await anext(context_of(database, Bus()).events("test.said", after="2"))
    assert refused.value.code == "EVENT_UNKNOWN"
