"""Alerts: who is told, and what is active where and when."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from gateway.host.testing import AskedCity
from plugins.engagement.models import AlertRow
from plugins.engagement.tests.asking import ACTIVE, ALERT, CANCEL, EXPIRED_SAMPLE, REASON, SAMPLE, Made, active, heard
from schema.scalars import utc_now


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
    await city.hosted("engagement").database.change(expire)
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


@pytest.mark.parametrize("key", [["a", "b", "c"], [None, 1, "x"], [0, 0]])
async def test_a_made_up_cursor_is_refused(city: AskedCity, key: list[Any]) -> None:
    after = base64.urlsafe_b64encode(json.dumps(key).encode()).decode()
    query = "query ($after: String) { activeAlerts(after: $after) { nodes { id } } }"
    assert await city.refused(query, after=after) == ["BAD_CURSOR"]
