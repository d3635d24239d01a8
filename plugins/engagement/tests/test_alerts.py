"""Alerts: two persons, states, who is told, what is active where."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from gateway.events.outbox import events_after
from gateway.host.testing import AskedCity, OpenCity
from gateway.plugin import Actor, Refused
from plugins.engagement.models import AlertRow
from plugins.engagement.service.drafting import ward_codes
from plugins.engagement.tests.conftest import APPROVE_ALERT, DRAFT_ALERT, alert_input
from schema.scalars import utc_now

Made = Callable[..., Awaitable[str]]

ACTIVE = "query ($w: [String!]) { activeAlerts(wardCodes: $w) { nodes { id severity state } totalCount } }"
ALERT = """
query ($id: ID!) {
  alert(id: $id) { id state msgType wardCodes wards { id } references { id state } headline { vi en }
                   description { vi } instruction { vi } sender isSample }
}
"""
CANCEL = """
mutation ($id: ID!, $reason: BilingualInput!) {
  cancelAlert(input: {id: $id, reason: $reason}) {
    node { id msgType state references { id state } headline { vi } description { en } instruction { vi } wardCodes }
    userErrors { code field }
  }
}
"""
ISSUED = "subscription ($w: [String!]) { alertIssued(wardCodes: $w, after: 0) { id msgType wardCodes } }"
DRAFTS = "{ alertDrafts { nodes { id } totalCount } }"
REASON = {"vi": "Triều đã rút.", "en": "The tide has gone out."}
SAMPLE = "Alert:HCMC-MAU-0001"
EXPIRED_SAMPLE = "Alert:HCMC-MAU-0002"
BOTH_ROLES = Actor(
    id="person-both",
    level=2,
    roles=frozenset({"ALERT_ISSUER", "ALERT_APPROVER"}),
    scopes=frozenset({"engagement:draft_alert", "engagement:approve_alert"}),
)


async def active(city: AskedCity, wards: list[str] | None = None) -> list[str]:
    """Ids of the active alerts but the seeded sample."""
    nodes = (await city.ask(ACTIVE, w=wards))["activeAlerts"]["nodes"]
    return [node["id"] for node in nodes if node["id"] != SAMPLE]


async def heard(city: AskedCity, wards: list[str] | None, count: int) -> list[str]:
    """``id msgType`` of the first ``count`` alerts that a subscriber for these wards gets from the beginning."""
    async with city.listen(ISSUED, w=wards) as events, asyncio.timeout(10):
        got = [(await anext(events))["data"]["alertIssued"] for _ in range(count)]
    return [f"{alert['id']} {alert['msgType']}" for alert in got]


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
    [event] = await city.city.database.read(events_after, 0, ("engagement.alert_issued",))
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
        await city.city.database.change(cheat)
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
    [event] = await city.city.database.read(events_after, 0, ("engagement.alert_cancelled",))
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
    assert len(await city.city.database.read(events_after, 0, ("engagement.alert_cancelled",))) == 1


async def test_an_alert_is_issued_once(city: AskedCity, issued: Made) -> None:
    id = await issued()
    assert await city.refused(APPROVE_ALERT, by="approver", id=id) == ["NOT_A_DRAFT"]
    assert len(await city.city.database.read(events_after, 0, ("engagement.alert_issued",))) == 1


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


async def test_an_alert_reaches_the_subscribers_of_its_wards_alone(city: AskedCity, issued: Made) -> None:
    saigon = await issued(wardCodes=["26740"])
    cat_lai = await issued(wardCodes=["27112"])
    everywhere = await issued()
    assert await heard(city, ["27112"], 2) == [f"{cat_lai} ALERT", f"{everywhere} ALERT"]
    assert await heard(city, ["26740"], 2) == [f"{saigon} ALERT", f"{everywhere} ALERT"]
    assert await heard(city, [], 1) == [f"{everywhere} ALERT"]
    assert await heard(city, None, 3) == [f"{saigon} ALERT", f"{cat_lai} ALERT", f"{everywhere} ALERT"]


async def test_a_subscriber_hears_of_a_cancellation(city: AskedCity, issued: Made) -> None:
    id = await issued(wardCodes=["26740"])
    cancelling = (await city.ask(CANCEL, by="approver", id=id, reason=REASON))["cancelAlert"]["node"]["id"]
    await issued()
    assert await heard(city, ["26740"], 2) == [f"{id} ALERT", f"{cancelling} CANCEL"]


async def test_a_draft_reaches_nobody(city: AskedCity, drafted: Made, issued: Made) -> None:
    await drafted(wardCodes=["26740"])
    id = await issued(wardCodes=["26740"])
    assert await heard(city, ["26740"], 1) == [f"{id} ALERT"]


async def test_active_alerts_are_those_of_ones_wards_and_of_the_whole_city_the_worst_first(
    city: AskedCity, issued: Made
) -> None:
    saigon = await issued(wardCodes=["26740"], severity="MINOR")
    cat_lai = await issued(wardCodes=["27112", "26743"], severity="EXTREME")
    everywhere = await issued(severity="MODERATE")
    assert await active(city, ["26740"]) == [everywhere, saigon]
    assert await active(city, ["26743", "26740"]) == [cat_lai, everywhere, saigon]
    assert await active(city, []) == [everywhere]
    assert await active(city) == [cat_lai, everywhere, saigon]


async def test_an_alert_is_active_from_its_effective_time_until_it_expires(city: AskedCity, issued: Made) -> None:
    later = (utc_now() + timedelta(hours=1)).isoformat()
    id = await issued(effective=later)
    assert await active(city) == []
    assert (await city.ask(ALERT, id=id))["alert"]["state"] == "ISSUED"
    now = await issued()

    def expire(session: Session) -> None:
        session.get_one(AlertRow, now.removeprefix("Alert:")).expires = utc_now() - timedelta(seconds=1)

    assert await active(city) == [now]
    await city.city.database.change(expire)
    assert await active(city) == []
    assert (await city.ask(ALERT, id=now))["alert"]["state"] == "EXPIRED"


async def test_the_samples_are_plainly_samples_and_one_has_expired(city: AskedCity) -> None:
    query = "query ($id: ID!) { alert(id: $id) { state status isSample headline { vi en } } }"
    states = {}
    for id in (SAMPLE, EXPIRED_SAMPLE):
        alert = (await city.ask(query, id=id))["alert"]
        states[id] = alert["state"]
        assert (alert["status"], alert["isSample"]) == ("TEST", True)
        assert alert["headline"]["vi"].startswith("[BẢN TIN MẪU] ")
        assert alert["headline"]["en"].startswith("[SAMPLE] ")
    assert states == {SAMPLE: "ISSUED", EXPIRED_SAMPLE: "EXPIRED"}
    assert [node["id"] for node in (await city.ask(ACTIVE))["activeAlerts"]["nodes"]] == [SAMPLE]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"headline": {"vi": "a" * 161, "en": "a"}}, "TEXT_TOO_LONG"),
        ({"headline": {"vi": "a", "en": " "}}, "TEXT_EMPTY"),
        ({"instruction": {"vi": "", "en": "a"}}, "TEXT_EMPTY"),
        ({"expires": "2020-01-01T00:00:00+07:00"}, "BAD_TIME"),
        ({"expires": "2099-01-01T00:00:00+07:00"}, "BAD_TIME"),
        ({"expires": "2026-12-01T00:00:00"}, "BAD_TIME"),
        ({"effective": (utc_now() + timedelta(hours=7)).isoformat()}, "BAD_TIME"),
        ({"wardCodes": ["2674"]}, "BAD_WARD_CODE"),
        ({"wardCodes": ["26740\n"]}, "BAD_WARD_CODE"),
        ({"wardCodes": ["٢٦٧٤٠"]}, "BAD_WARD_CODE"),
        ({"updates": "Alert:none"}, "NOT_FOUND"),
        ({"updates": EXPIRED_SAMPLE}, "ALERT_NOT_ACTIVE"),
        ({"updates": "Ward:26740"}, "BAD_ID"),
    ],
)
async def test_a_draft_that_cannot_be_issued_is_refused(city: AskedCity, changes: dict[str, Any], code: str) -> None:
    assert await city.refused(DRAFT_ALERT, by="alerter", input=alert_input(**changes)) == [code]
    assert (await city.ask(DRAFTS, by="alerter"))["alertDrafts"]["totalCount"] == 0


def test_no_more_than_200_wards_are_named_at_a_time() -> None:
    assert len(ward_codes([f"{number:05}" for number in range(200)])) == 200
    with pytest.raises(Refused) as refused:
        ward_codes([f"{number:05}" for number in range(201)])
    assert (refused.value.code, refused.value.field) == ("TOO_MANY", "wardCodes")


async def test_a_time_of_the_city_is_the_same_moment_in_the_database(city: AskedCity, drafted: Made) -> None:
    moment = (utc_now() + timedelta(hours=9)).replace(microsecond=0)
    id = await drafted(expires=moment.isoformat())
    shown = (await city.ask("query ($id: ID!) { alert(id: $id) { expires } }", by="alerter", id=id))["alert"]
    assert shown["expires"].endswith("+07:00")
    row = await city.city.database.read(lambda session: session.get_one(AlertRow, id.removeprefix("Alert:")))
    assert row.expires == moment


def config_with(folder: Path, *plugins: str) -> Path:
    config = folder / "plugins.toml"
    roles = '[roles]\nALERT_ISSUER = ["engagement:draft_alert"]\n'
    config.write_text(roles + "".join(f"[plugins.{name}]\n" for name in plugins))
    return config


async def test_wards_that_the_map_does_not_know_are_refused(tmp_path: Path, open_test_city: OpenCity) -> None:
    folder = tmp_path / "plugins" / "ward_list"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "plugin.py").write_text(
        "from gateway.plugin import About, Context, hookimpl\n\n\n"
        "@hookimpl\ndef about():\n    return About(title='Phường', owner='TTCDS')\n\n\n"
        "@hookimpl\nasync def engagement_wards_known(context: Context, codes: list[str]) -> list[str]:\n"
        "    return [code for code in codes if code in ('26740', '26743')]\n"
    )
    async with open_test_city(config_with(tmp_path, "ward_list", "engagement")) as city:
        refused = alert_input(wardCodes=["26740", "99999"])
        assert await city.refused(DRAFT_ALERT, by="alerter", input=refused) == ["UNKNOWN_WARD"]
        known = alert_input(wardCodes=["26740", "26743"])
        assert await city.refused(DRAFT_ALERT, by="alerter", input=known) == []


async def test_five_digits_are_taken_when_no_plugin_knows_the_wards(tmp_path: Path, open_test_city: OpenCity) -> None:
    async with open_test_city(config_with(tmp_path, "engagement")) as city:
        draft = alert_input(wardCodes=["99999"])
        assert await city.refused(DRAFT_ALERT, by="alerter", input=draft) == []
