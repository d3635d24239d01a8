"""Alerts: issued by two persons, updated, cancelled."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from gateway.events.outbox import events_after
from gateway.host.testing import AskedCity
from gateway.plugin import Actor
from plugins.engagement.models import AlertRow
from plugins.engagement.tests.asking import (
    ALERT,
    APPROVE_ALERT,
    CANCEL,
    DRAFT_ALERT,
    DRAFTS,
    EXPIRED_SAMPLE,
    REASON,
    Made,
    active,
    alert_input,
    heard,
)
from schema.scalars import utc_now

BOTH_ROLES = Actor(
    id="person-both",
    level=2,
    roles=frozenset({"ALERT_ISSUER", "ALERT_APPROVER"}),
    scopes=frozenset({"engagement:draft_alert", "engagement:approve_alert"}),
)


async def test_an_alert_is_issued_by_a_second_person(city: AskedCity, drafted: Made) -> None:
    id = await drafted(wardCodes=["27112", "26740", "26740"])
    assert await active(city) == []
    answer = (await city.ask(APPROVE_ALERT, by="approver", id=id))["approveAlert"]
    assert answer["node"]["state"] == "ISSUED"
    assert answer["node"]["msgType"] == "ALERT"
    assert answer["node"]["sentAt"] is not None
    assert await active(city) == [id]
    shown = (await city.ask(ALERT, id=id))["alert"]
    assert shown["wards"] == [{"id": "Ward:26740"}, {"id": "Ward:27112"}]
    assert shown["sender"] == "congdanso-tphcm"
    [event] = await city.hosted("engagement").database.read(events_after, 0, ("engagement.alert_issued",))
    assert event.data == {"id": id.removeprefix("Alert:"), "severity": "SEVERE", "wards": ["26740", "27112"]}


async def test_who_drafted_an_alert_cannot_approve_it(city: AskedCity) -> None:
    data = await city.ask(DRAFT_ALERT, by=BOTH_ROLES, input=alert_input())
    id = data["draftAlert"]["node"]["id"]
    assert await city.refused(APPROVE_ALERT, by=BOTH_ROLES, id=id) == ["SAME_PERSON"]
    assert await active(city) == []
    assert (await city.ask(APPROVE_ALERT, by="approver", id=id))["approveAlert"]["userErrors"] == []
    assert await active(city) == [id]


async def test_the_database_itself_keeps_the_rule_of_two_persons(city: AskedCity, drafted: Made) -> None:
    id = await drafted()

    def cheat(session: Session) -> None:
        row = session.get_one(AlertRow, id.removeprefix("Alert:"))
        row.state, row.approved_by, row.sent_at = "ISSUED", row.drafted_by, utc_now()

    with pytest.raises(IntegrityError):
        await city.hosted("engagement").database.change(cheat)
    assert await active(city) == []


@pytest.mark.parametrize("by", ["lan", "editor", "approver"])
async def test_only_an_issuer_drafts(city: AskedCity, by: str) -> None:
    assert await city.refused(DRAFT_ALERT, by=by, input=alert_input()) == ["FORBIDDEN"]


@pytest.mark.parametrize("by", ["lan", "editor", "alerter"])
async def test_only_an_approver_approves_and_cancels(city: AskedCity, issued: Made, drafted: Made, by: str) -> None:
    draft, alert = await drafted(), await issued()
    assert await city.refused(APPROVE_ALERT, by=by, id=draft) == ["FORBIDDEN"]
    assert await city.refused(CANCEL, by=by, id=alert, reason=REASON) == ["FORBIDDEN"]
    assert await active(city) == [alert]


async def test_a_draft_is_seen_by_issuers_and_approvers_alone(city: AskedCity, drafted: Made) -> None:
    id = await drafted()
    for by in ("alerter", "approver"):
        assert await city.ask(DRAFTS, by=by) == {"alertDrafts": {"nodes": [{"id": id}], "totalCount": 1}}
        assert (await city.ask(ALERT, by=by, id=id))["alert"]["state"] == "DRAFT"
    for other in (None, "lan", "editor", "admin"):
        assert await city.ask(ALERT, by=other, id=id) == {"alert": None}
    assert await city.refused(DRAFTS, by="lan") == ["FORBIDDEN"]
    assert await city.refused(DRAFTS) == ["UNAUTHENTICATED"]


async def test_a_cancellation_references_the_original(city: AskedCity, issued: Made) -> None:
    id = await issued(wardCodes=["26740"])
    answer = (await city.ask(CANCEL, by="approver", id=id, reason=REASON))["cancelAlert"]
    assert answer["node"] == {
        "id": answer["node"]["id"],
        "msgType": "CANCEL",
        "state": "ISSUED",
        "references": {"id": id, "state": "CANCELLED"},
        "headline": {"vi": "Hủy cảnh báo: Triều cường vượt báo động 3"},
        "description": {"en": "The tide has gone out."},
        "instruction": None,
        "wardCodes": ["26740"],
    }
    assert answer["node"]["id"] != id
    assert await active(city) == []
    [event] = await city.hosted("engagement").database.read(events_after, 0, ("engagement.alert_cancelled",))
    assert event.data == {
        "id": answer["node"]["id"].removeprefix("Alert:"),
        "severity": "SEVERE",
        "wards": ["26740"],
    }


async def test_what_does_not_stand_is_not_cancelled(city: AskedCity, issued: Made, drafted: Made) -> None:
    draft, alert = await drafted(), await issued()
    cancelling = (await city.ask(CANCEL, by="approver", id=alert, reason=REASON))["cancelAlert"]["node"]["id"]
    for id in (draft, alert, cancelling, EXPIRED_SAMPLE):
        assert await city.refused(CANCEL, by="approver", id=id, reason=REASON) == ["ALERT_NOT_ACTIVE"]
    assert await city.refused(CANCEL, by="approver", id="Alert:none", reason=REASON) == ["NOT_FOUND"]
    assert len(await city.hosted("engagement").database.read(events_after, 0, ("engagement.alert_cancelled",))) == 1


async def test_an_alert_is_issued_once(city: AskedCity, issued: Made) -> None:
    id = await issued()
    assert await city.refused(APPROVE_ALERT, by="approver", id=id) == ["NOT_A_DRAFT"]
    assert len(await city.hosted("engagement").database.read(events_after, 0, ("engagement.alert_issued",))) == 1


async def test_an_update_stands_in_for_its_original_when_it_is_issued(
    city: AskedCity, issued: Made, drafted: Made
) -> None:
    original = await issued(wardCodes=["26740", "27112"])
    update = await drafted(wardCodes=["27112"], updates=original)
    assert await active(city) == [original]
    answer = (await city.ask(APPROVE_ALERT, by="approver", id=update))["approveAlert"]["node"]
    assert answer["msgType"] == "UPDATE"
    assert answer["references"] == {"id": original, "state": "UPDATED"}
    assert await active(city) == [update]
    # Who was told of the original hears of the update, though it no longer names their ward.
    assert await heard(city, ["26740"], 2) == [f"{original} ALERT", f"{update} UPDATE"]


async def test_an_update_of_what_was_cancelled_meanwhile_is_not_issued(
    city: AskedCity, issued: Made, drafted: Made
) -> None:
    original = await issued()
    update = await drafted(updates=original)
    await city.ask(CANCEL, by="approver", id=original, reason=REASON)
    assert await city.refused(APPROVE_ALERT, by="approver", id=update) == ["ALERT_NOT_ACTIVE"]
    assert (await city.ask(ALERT, by="approver", id=update))["alert"]["state"] == "DRAFT"
