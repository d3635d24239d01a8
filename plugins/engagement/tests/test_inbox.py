"""The inbox: one's own, in pages, read and unread."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.host.testing import AskedCity
from gateway.plugin import Refused
from plugins.engagement.service.inbox import mark_read
from plugins.engagement.tests.asking import INBOX, MARK, Happened, next_told


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
        await city.hosted("engagement").database.change(mark_read, ids, city.actor("lan"))
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


async def test_a_notification_of_anothers_is_not_resolved_by_its_key(city: AskedCity, happened: Happened) -> None:
    await happened("report_received", reporter="person-hoa")
    [hers] = await next_told(city, "hoa")
    schema = city.hosted("engagement").assembly.schemas["engagement"]
    entities = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Notification { title } } }"
    for name, seen in (("lan", [None]), ("hoa", [{"title": "Đã tiếp nhận phản ánh PA-261123-00001"}])):
        context = city.context("engagement", name)
        asked = {"r": [{"__typename": "Notification", "id": hers["id"]}]}
        result = await schema.execute(entities, variable_values=asked, context_value=context)
        assert result.errors is None
        assert result.data == {"_entities": seen}
