"""Notifying: who is told what of a report, and that it is told once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from gateway.events.outbox import events_after
from gateway.host.testing import AskedCity, OpenCity
from gateway.plugin import Event, emit
from gateway.request import GraphQLRequest, GraphQLResponse, RequestScope
from plugins.engagement.catalogue import NotificationKind, catalogue
from plugins.engagement.models import NotificationRow
from plugins.engagement.service.inbox import notify_reporter
from plugins.engagement.tests.asking import CHANGED, INBOX, Happened, next_told, report_event


async def test_a_received_report_is_told_to_its_reporter_in_two_languages(city: AskedCity, happened: Happened) -> None:
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
        await city.hosted("engagement").database.change(notify_reporter, event)

    def written(session: Session) -> tuple[int, list[str]]:
        rows = session.exec(select(NotificationRow).where(NotificationRow.event_id == 77)).all()
        told = events_after(session, 0, ("engagement.notification_created",))
        return len(rows), [each["id"] for each in told if each["id"] == str(rows[0].id)]

    assert await city.hosted("engagement").database.read(written) == (1, ["1"])


async def test_the_database_itself_refuses_a_second_notification_of_one_event(city: AskedCity) -> None:
    await city.hosted("engagement").database.change(notify_reporter, replace(report_event("report_received"), id=77))

    def again(session: Session) -> None:
        row = session.exec(select(NotificationRow)).one()
        session.add(NotificationRow(**row.model_dump(exclude={"id"})))

    with pytest.raises(IntegrityError):
        await city.hosted("engagement").database.change(again)


async def test_a_notification_that_is_not_stored_is_not_announced(city: AskedCity) -> None:
    def fail_after(session: Session) -> None:
        notify_reporter(session, replace(report_event("report_received"), id=77))
        raise RuntimeError("the change fails after the rule")

    with pytest.raises(RuntimeError):
        await city.hosted("engagement").database.change(fail_after)
    announced = ("engagement.notification_created",)
    assert await city.hosted("engagement").database.read(events_after, 0, announced) == []
    assert (await city.ask(INBOX, by="lan"))["inbox"]["totalCount"] == 0


async def test_nobody_is_told_of_a_report_without_a_reporter(city: AskedCity, happened: Happened) -> None:
    await happened("report_received", reporter=None, id="r1")
    await happened("report_received", reporter="person-lan", id="r2")
    assert [told["report"]["id"] for told in await next_told(city, "lan")] == ["Report:r2"]
    assert (
        await city.hosted("engagement").database.read(lambda session: len(session.exec(select(NotificationRow)).all()))
        == 1
    )


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
        await city.hosted("engagement").database.change(emit, report_event("report_received"))
        [told] = await next_told(city, "lan")
        assert told["kind"] == "REPORT_RECEIVED"


def test_an_event_of_no_kind_in_the_catalogue_is_not_listened_to() -> None:
    assert Event("feedback.report_merged").kind not in catalogue()


async def test_a_subscriber_who_comes_back_gets_what_was_missed_and_then_what_comes(
    city: AskedCity, happened: Happened
) -> None:
    async with asyncio.timeout(10):
        await happened("report_received", id="r1")
        async with city.listen(CHANGED, by="lan", after="0") as events:
            first = await anext(events)
        assert first["data"]["inboxChanged"]["report"] == {"id": "Report:r1"}
        await happened("report_received", id="r2")
        async with city.listen(CHANGED, by="lan", after=first["extensions"]["eventId"]) as events:
            assert (await anext(events))["data"]["inboxChanged"]["report"] == {"id": "Report:r2"}
            coming = asyncio.ensure_future(anext(events))
            await happened("report_received", id="r3", reporter="person-hoa")
            await happened("report_received", id="r4")
            assert (await coming)["data"]["inboxChanged"]["report"] == {"id": "Report:r4"}


async def test_anonymous_listens_to_no_inbox(city: AskedCity, happened: Happened) -> None:
    await happened("report_received")
    answer = await city.city.engine.subscribe(
        GraphQLRequest(CHANGED, variables={"after": "0"}), RequestScope(actor=city.actor(None))
    )
    assert isinstance(answer, GraphQLResponse)
    assert [error["extensions"]["code"] for error in answer.errors] == ["UNAUTHENTICATED"]
