"""What the plugin tells of a person, and that it is gone when they are erased."""

import asyncio

import pytest
from sqlmodel import func, select

from gateway.host.testing import AskedCity
from gateway.plugin import Actor, Refused
from plugins.engagement.models import NotificationRow
from plugins.engagement.plugin import accounts_erase, accounts_export
from plugins.engagement.tests.asking import Happened

DPO = Actor("person-dpo", scopes=frozenset({"accounts:answer_requests"}))
INBOX = "{ inbox(first: 10) { nodes { title } } }"


async def told(city: AskedCity, happened: Happened) -> None:
    """Lan and Minh are each told of something."""
    for who in ("person-lan", "person-minh"):
        await happened("report_received", reporter=who)
    count = select(func.count(NotificationRow.id))
    read = city.hosted("engagement").database.read
    async with asyncio.timeout(10):
        while await read(lambda session: session.exec(count).one()) < 2:  # noqa: ASYNC110, listeners run beside
            await asyncio.sleep(0.02)


async def test_a_person_is_told_their_notifications(city: AskedCity, happened: Happened) -> None:
    await told(city, happened)
    title = (await city.ask(INBOX, by="lan"))["inbox"]["nodes"][0]["title"]
    for by in ("lan", DPO):
        held = await accounts_export(city.context("engagement", by), "person-lan")
        assert [(each["kind"], each["title"]) for each in held["notifications"]] == [("REPORT_RECEIVED", title)]


async def test_an_erased_persons_notifications_are_gone_and_others_stay(city: AskedCity, happened: Happened) -> None:
    await told(city, happened)
    context = city.context("engagement", DPO)
    assert await accounts_erase(context, "person-lan") == {"erased": 1, "kept": 0}
    assert await accounts_erase(context, "person-lan") == {"erased": 0, "kept": 0}
    assert (await city.ask(INBOX, by="lan"))["inbox"]["nodes"] == []
    assert len((await city.ask(INBOX, by="minh"))["inbox"]["nodes"]) == 1


@pytest.mark.parametrize("by", ["minh", "editor", None])
async def test_nobody_else_is_told_and_nobody_else_erases(city: AskedCity, happened: Happened, by: str | None) -> None:
    await told(city, happened)
    for question in (accounts_export, accounts_erase):
        with pytest.raises(Refused, match="is told to that person"):
            await question(city.context("engagement", by), "person-lan")
    with pytest.raises(Refused, match="is told to that person"):
        await accounts_erase(city.context("engagement", "lan"), "person-lan")
    assert len((await city.ask(INBOX, by="lan"))["inbox"]["nodes"]) == 1
