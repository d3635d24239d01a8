"""The inbox: who is told what, once, and who sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from gateway.events.outbox import events_after
from gateway.host.testing import AskedCity, OpenCity
from gateway.plugin import Event, Refused, emit
from gateway.request import RequestScope
from plugins.engagement.catalogue import NotificationKind, catalogue
from plugins.engagement.models import NotificationRow
from plugins.engagement.service.inbox import mark_read, notify_reporter
from plugins.engagement.tests.conftest import report_event

Happened = Callable[..., Awaitable[None]]

INBOX = """
query ($unread: Boolean! = false, $first: Int, $after: String) {
  inbox(unread: $unread, first: $first, after: $after) {
    nodes { id kind title body titleEn bodyEn readAt report { id } }
    pageInfo { hasNextPage endCursor }
    totalCount
  }
  unreadCount
}
"""
CHANGED = "subscription ($after: ID) { inboxChanged(after: $after) { id kind title report { id } } }"
MARK = """
mutation ($input: MarkReadInput!) {
  markRead(input: $input) { node { unreadCount notifications { id readAt } } userErrors { code field } }
}
"""


async def next_told(city: AskedCity, by: str, count: int = 1) -> list[dict[str, Any]]:
    """The first ``count`` notifications that a subscriber gets who asks from the beginning."""
    async with city.listen(CHANGED, by=by, after="0") as events, asyncio.timeout(10):
        return [(await anext(events))["data"]["inboxChanged"] for _ in range(count)]


async def test_a_received_report_is_told_to_its_reporter_in_two_languages(
    city: AskedCity, happened: Happened
) -> None:
    await happened("report_received")
    [told] = await next_told(city, "lan")
    assert told == {
        "id": told["id"],
        "kind": "REPORT_RECEIVED",
        "title": "Đã tiếp nhận phản ánh PA-261123-00001",
        "report": {"id": "Report:r1"},
    }
    data = await city.ask(INBOX, by="lan")
    assert data["inbox"]["nodes"] == [
        {
            "id": told["id"],
            "kind": "REPORT_RECEIVED",
            "title": "Đã tiếp nhận phản ánh PA-261123-00001",
            "body": "Phản ánh PA-261123-00001 của bạn đã được tiếp nhận. Thời hạn xử lý được tính từ lúc này.",
            "titleEn": "Report PA-261123-00001 was received",
            "bodyEn": "Your report PA-261123-00001 was received. The time limit for handling it starts now.",
            "readAt": None,
            "report": {"id": "Report:r1"},
        }
    ]
    assert data["unreadCount"] == 1


async def test_each_event_of_a_report_tells_its_own_kind_in_order(city: AskedCity, happened: Happened) -> None:
    for step in ("submitted", "received", "forwarded", "accepted", "answered"):
        await happened(f"report_{step}")
    told = await next_told(city, "lan", 5)
    assert [notification["kind"] for notification in told] == [kind.value for kind in NotificationKind]
    newest_first = (await city.ask(INBOX, by="lan"))["inbox"]["nodes"]
    assert [node["id"] for node in newest_first] == [notification["id"] for notification in reversed(told)]


def test_the_catalogue_tells_every_kind_by_one_event() -> None:
    assert {event: template.kind.value for event, template in catalogue().items()} == {
        "feedback.report_submitted": "REPORT_SUBMITTED",
        "feedback.report_received": "REPORT_RECEIVED",
        "feedback.report_forwarded": "REPORT_FORWARDED",
        "feedback.report_accepted": "REPORT_ACCEPTED",
        "feedback.report_answered": "REPORT_ANSWERED",
    }


async def test_an_event_that_is_delivered_twice_is_told_once(city: AskedCity) -> None:
    event = replace(report_event("report_received"), id=77)
    for _ in range(2):
        await city.city.database.change(notify_reporter, event)

    def written(session: Session) -> tuple[int, list[str]]:
        rows = session.exec(select(NotificationRow).where(NotificationRow.event_id == 77)).all()
        told = events_after(session, 0, ("engagement.notification_created",))
        return len(rows), [each["id"] for each in told if each["id"] == str(rows[0].id)]

    assert await city.city.database.read(written) == (1, ["1"])


async def test_the_database_itself_refuses_a_second_notification_of_one_event(city: AskedCity) -> None:
    await city.city.database.change(notify_reporter, replace(report_event("report_received"), id=77))

    def again(session: Session) -> None:
        row = session.exec(select(NotificationRow)).one()
        session.add(NotificationRow(**row.model_dump(exclude={"id"})))

    with pytest.raises(IntegrityError):
        await city.city.database.change(again)


async def test_a_notification_that_is_not_stored_is_not_announced(city: AskedCity) -> None:
    def fail_after(session: Session) -> None:
        notify_reporter(session, replace(report_event("report_received"), id=77))
        raise RuntimeError("the change fails after the rule")

    with pytest.raises(RuntimeError):
        await city.city.database.change(fail_after)
    announced = ("engagement.notification_created",)
    assert await city.city.database.read(events_after, 0, announced) == []
    assert (await city.ask(INBOX, by="lan"))["inbox"]["totalCount"] == 0


async def test_nobody_is_told_of_a_report_without_a_reporter(city: AskedCity, happened: Happened) -> None:
    await happened("report_received", reporter=None, id="r1")
    await happened("report_received", reporter="person-lan", id="r2")
    assert [told["report"]["id"] for told in await next_told(city, "lan")] == ["Report:r2"]
    assert await city.city.database.read(lambda session: len(session.exec(select(NotificationRow)).all())) == 1


async def test_an_inbox_holds_only_ones_own(city: AskedCity, happened: Happened) -> None:
    await happened("report_received", reporter="person-hoa", id="r1")
    await happened("report_received", reporter="person-lan", id="r2")
    [told] = await next_told(city, "lan")
    assert told["report"] == {"id": "Report:r2"}
    assert [node["id"] for node in (await city.ask(INBOX, by="lan"))["inbox"]["nodes"]] == [told["id"]]
    assert (await city.ask(INBOX, by="minh"))["inbox"] == {
        "nodes": [],
        "pageInfo": {"hasNextPage": False, "endCursor": None},
        "totalCount": 0,
    }


async def test_anonymous_sees_no_inbox(city: AskedCity) -> None:
    answer = await city.answer(INBOX)
    assert answer["data"] == {"inbox": None, "unreadCount": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAUTHENTICATED", "UNAUTHENTICATED"]
    assert await city.refused(MARK, input={"all": True}) == ["UNAUTHENTICATED"]


async def test_what_is_read_is_read_once_and_counted(city: AskedCity, happened: Happened) -> None:
    for number in range(3):
        await happened("report_received", id=f"r{number}")
    first, second, _ = [told["id"] for told in await next_told(city, "lan", 3)]
    once = (await city.ask(MARK, by="lan", input={"ids": [first]}))["markRead"]["node"]
    assert once["unreadCount"] == 2
    assert once["notifications"][0]["readAt"] is not None
    again = (await city.ask(MARK, by="lan", input={"ids": [first, second]}))["markRead"]["node"]
    assert again["unreadCount"] == 1
    assert again["notifications"][0] == once["notifications"][0]
    everything = (await city.ask(MARK, by="lan", input={"all": True}))["markRead"]["node"]
    assert everything == {"unreadCount": 0, "notifications": []}
    assert (await city.ask(INBOX, by="lan", unread=True))["inbox"]["totalCount"] == 0
    assert (await city.ask(INBOX, by="lan"))["inbox"]["totalCount"] == 3


async def test_anothers_notification_is_not_found_and_nothing_is_marked(city: AskedCity, happened: Happened) -> None:
    await happened("report_received", reporter="person-hoa")
    await happened("report_received", reporter="person-lan")
    [mine], [hers] = await next_told(city, "lan"), await next_told(city, "hoa")
    assert await city.refused(MARK, by="lan", input={"ids": [mine["id"], hers["id"]]}) == ["NOT_FOUND"]
    assert (await city.ask(INBOX, by="lan"))["unreadCount"] == 1
    assert (await city.ask(INBOX, by="hoa"))["unreadCount"] == 1


@pytest.mark.parametrize(
    ("input", "code"),
    [
        ({}, "IDS_OR_ALL"),
        ({"ids": []}, "IDS_OR_ALL"),
        ({"ids": ["Notification:1"], "all": True}, "IDS_OR_ALL"),
        ({"ids": ["Notification:none"]}, "NOT_FOUND"),
        ({"ids": ["Notification:99999999999999999999"]}, "NOT_FOUND"),
        ({"ids": ["Report:1"]}, "BAD_ID"),
    ],
)
async def test_what_names_no_notification_is_refused(city: AskedCity, input: dict[str, Any], code: str) -> None:
    assert await city.refused(MARK, by="lan", input=input) == [code]


async def test_no_more_than_100_are_marked_at_a_time(city: AskedCity) -> None:
    ids = [str(number) for number in range(101)]
    with pytest.raises(Refused) as refused:
        await city.city.database.change(mark_read, ids, city.actor("lan"))
    assert (refused.value.code, refused.value.field) == ("TOO_MANY", "ids")


async def test_everyone_marks_only_their_own_when_marking_all(city: AskedCity, happened: Happened) -> None:
    await happened("report_received", reporter="person-hoa")
    await happened("report_received", reporter="person-lan")
    await next_told(city, "lan")
    assert (await city.ask(MARK, by="lan", input={"all": True}))["markRead"]["node"]["unreadCount"] == 0
    assert (await city.ask(INBOX, by="hoa"))["unreadCount"] == 1


async def test_the_inbox_comes_in_pages_that_neither_repeat_nor_skip(city: AskedCity, happened: Happened) -> None:
    for number in range(5):
        await happened("report_received", id=f"r{number}")
    await next_told(city, "lan", 5)
    seen: list[str] = []
    after: str | None = None
    for more in (True, True, False):
        page = (await city.ask(INBOX, by="lan", first=2, after=after))["inbox"]
        seen += [node["report"]["id"] for node in page["nodes"]]
        assert page["pageInfo"]["hasNextPage"] is more
        after = page["pageInfo"]["endCursor"]
        if more:
            # What comes in meanwhile is newer than any page that is left.
            await happened("report_answered", id="later", reporter="person-hoa")
    assert seen == ["Report:r4", "Report:r3", "Report:r2", "Report:r1", "Report:r0"]


@pytest.mark.parametrize("after", ["nonsense", "WyJhIl0=", "Wy0xXQ==", "WzFlOTk5XQ=="])
async def test_a_made_up_cursor_is_refused(city: AskedCity, after: str) -> None:
    assert await city.refused("query ($a: String) { inbox(after: $a) { nodes { id } } }", by="lan", a=after) == [
        "BAD_CURSOR"
    ]


async def test_a_failing_listener_does_not_disturb_the_inbox(tmp_path: Path, open_test_city: OpenCity) -> None:
    folder = tmp_path / "plugins" / "broken_listener"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "plugin.py").write_text(
        "from gateway.plugin import About, Listener, hookimpl\n\n\n"
        "def fail(session, event):\n    raise RuntimeError('this listener always fails')\n\n\n"
        "@hookimpl\ndef about():\n    return About(title='Hỏng', owner='TTCDS')\n\n\n"
        "@hookimpl\ndef listeners():\n    return [Listener('fail', ('feedback.report_received',), fail)]\n"
    )
    config = tmp_path / "plugins.toml"
    config.write_text("[roles]\nCITIZEN = []\n[plugins.broken_listener]\n[plugins.engagement]\n")
    async with open_test_city(config) as city:
        assert city.city.assembly.out == {}
        await city.city.database.change(emit, report_event("report_received"))
        [told] = await next_told(city, "lan")
        assert told["kind"] == "REPORT_RECEIVED"


async def test_a_notification_of_anothers_is_not_resolved_by_its_key(city: AskedCity, happened: Happened) -> None:
    await happened("report_received", reporter="person-hoa")
    [hers] = await next_told(city, "hoa")
    schema = city.city.assembly.schemas["engagement"]
    entities = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Notification { title } } }"
    asked = {"r": [{"__typename": "Notification", "id": hers["id"]}]}
    for name, seen in (("lan", [None]), ("hoa", [{"title": "Đã tiếp nhận phản ánh PA-261123-00001"}])):
        context = city.city.services["engagement"].context(RequestScope(actor=city.actor(name)))
        result = await schema.execute(entities, variable_values=asked, context_value=context)
        assert result.errors is None
        assert result.data == {"_entities": seen}


def test_an_event_of_no_kind_in_the_catalogue_is_not_listened_to() -> None:
    assert Event("feedback.report_merged").kind not in catalogue()
