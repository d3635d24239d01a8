"""Sessions, consents and helpers."""

from datetime import timedelta
from typing import Any

import pytest

from gateway.events.outbox import events_after
from gateway.host.testing import AskedCity
from plugins.accounts.tests.asks import (
    ACCEPT,
    DELEGATE,
    DELEGATIONS,
    END_OTHERS,
    END_SESSION,
    GIVE,
    REVOKE,
    SESSIONS,
    WITHDRAW,
    errors,
    lines,
    signed_in,
)
from schema.scalars import utc_now

CONSENTS = "{ me { consents { purpose version withdrawnAt } } }"


async def told(city: AskedCity, kind: str) -> list[dict[str, Any]]:
    """The data of all events of a kind."""
    return [dict(event.data) for event in await city.city.database.read(events_after, 0, [kind])]


async def test_my_sessions_show_which_one_asks(city: AskedCity) -> None:
    phone = await signed_in(city, device="Android")
    laptop = await signed_in(city, device="Firefox, Windows")
    await signed_in(city, "person-minh")
    same = {"channel": "WEB", "level": 2}
    assert await city.ask(SESSIONS, by=phone) == {
        "mySessions": [
            {"id": f"SignedInSession:{laptop.session}", "device": "Firefox, Windows", "isThis": False, **same},
            {"id": f"SignedInSession:{phone.session}", "device": "Android", "isThis": True, **same},
        ]
    }


async def test_a_session_is_ended_once_and_everybody_is_told(city: AskedCity) -> None:
    phone, laptop = await signed_in(city), await signed_in(city)
    lost = f"SignedInSession:{laptop.session}"
    assert await city.refused(END_SESSION, by=phone, id=lost) == []
    assert await city.refused(END_SESSION, by=phone, id=lost) == ["NOT_FOUND"]
    assert len((await city.ask(SESSIONS, by=phone))["mySessions"]) == 1
    ended = {"session": laptop.session, "person": "person-lan", "why": "ENDED_BY_OWNER"}
    assert await told(city, "identity.session_ended") == [ended]
    assert await lines(city, "person-lan", "SESSION_ENDED") == [("SESSION_ENDED", "person-lan", "")]


async def test_all_other_sessions_end_and_this_one_goes_on(city: AskedCity) -> None:
    this, *others = [await signed_in(city) for _ in range(4)]
    foreign = await signed_in(city, "person-minh")
    ids = (await city.ask(END_OTHERS, by=this))["endOtherSessions"]["node"]["ids"]
    assert sorted(ids) == sorted(f"SignedInSession:{each.session}" for each in others)
    assert [each["isThis"] for each in (await city.ask(SESSIONS, by=this))["mySessions"]] == [True]
    assert len((await city.ask(SESSIONS, by=foreign))["mySessions"]) == 1
    assert {each["session"] for each in await told(city, "identity.session_ended")} == {o.session for o in others}


async def test_a_consent_is_given_to_the_words_that_are_there_now(city: AskedCity) -> None:
    assert await city.refused(GIVE, by="lan", purpose="SERVICE_SURVEYS", version=1) == ["VERSION_CONFLICT"]
    assert await city.refused(GIVE, by="lan", purpose="ANYTHING") == ["UNKNOWN_PURPOSE"]
    for _ in range(2):
        assert await city.refused(GIVE, by="lan", purpose="SERVICE_SURVEYS", version=2) == []
    given = [{"purpose": "SERVICE_SURVEYS", "version": 2, "withdrawnAt": None}]
    assert await city.ask(CONSENTS, by="lan") == {"me": {"consents": given}}
    assert await city.ask(CONSENTS, by="minh") == {"me": {"consents": []}}
    assert len(await lines(city, "person-lan", "CONSENT_GIVEN")) == 1


async def test_a_consent_is_withdrawn_at_any_time_and_given_anew_is_another_one(city: AskedCity) -> None:
    assert await city.refused(WITHDRAW, by="lan", purpose="LOCATION_ALERTS") == ["NOT_FOUND"]
    await city.ask(GIVE, by="lan", purpose="LOCATION_ALERTS")
    for _ in range(2):
        assert await city.refused(WITHDRAW, by="lan", purpose="LOCATION_ALERTS") == []
    assert await told(city, "accounts.consent_ended") == [{"person": "person-lan", "purpose": "LOCATION_ALERTS"}]
    await city.ask(GIVE, by="lan", purpose="LOCATION_ALERTS")
    consents = (await city.ask(CONSENTS, by="lan"))["me"]["consents"]
    assert [each["withdrawnAt"] is None for each in consents] == [True, False]


def delegation(**more: Any) -> dict[str, Any]:
    until = (utc_now() + timedelta(days=30)).isoformat()
    return {"helper": "person-minh", "scopes": ["feedback:submit"], "until": until, "note": "Con trai", **more}


async def delegated(city: AskedCity, by: str = "lan", **more: Any) -> dict[str, Any]:
    payload: dict[str, Any] = (await city.ask(DELEGATE, by=by, input=delegation(**more)))["delegate"]
    return payload


async def test_a_helper_is_named_by_their_code_accepts_and_both_see_it(city: AskedCity) -> None:
    node = (await delegated(city))["node"]
    id = node.pop("id")
    assert node == {
        **{"side": "GIVEN", "personCode": "person-lan", "helperCode": "person-minh", "note": "Con trai"},
        **{"scopes": [{"key": "feedback:submit", "name": {"vi": "Gửi phản ánh, kiến nghị"}}], "acceptedAt": None},
    }
    assert await city.refused(ACCEPT, by="lan", id=id) == ["DELEGATION_UNKNOWN"]
    assert await city.ask(ACCEPT, by="minh", id=id) == {
        "acceptDelegation": {"node": {"side": "RECEIVED"}, "userErrors": []}
    }
    for by, side in (("lan", "GIVEN"), ("minh", "RECEIVED")):
        assert await city.ask(DELEGATIONS, by=by) == {"me": {"delegations": [{"id": id, "side": side}]}}
    offered = {"id": id.partition(":")[2], "person": "person-lan", "helper": "person-minh"}
    assert await told(city, "accounts.delegation_offered") == [offered]
    assert await city.refused(REVOKE, by="minh", id=id) == []
    assert await city.ask(DELEGATIONS, by="lan") == {"me": {"delegations": []}}


@pytest.mark.parametrize(
    ("by", "more", "code"),
    [
        ("lan", {"scopes": ["accounts:answer_requests"]}, "FORBIDDEN_SCOPE"),
        ("lan", {"scopes": ["feedback:submit", "feedback:answer"]}, "FORBIDDEN_SCOPE"),
        ("lan", {"scopes": []}, "NO_SCOPES"),
        ("lan", {"helper": "person-lan"}, "SELF_DELEGATION"),
        ("lan", {"helper": "person-nobody"}, "PERSON_UNKNOWN"),
        ("lan", {"helper": "Report:x"}, "BAD_ID"),
        ("lan", {"until": "2020-01-01T00:00:00+07:00"}, "BAD_UNTIL"),
        ("lan", {"until": "2999-01-01T00:00:00+07:00"}, "BAD_UNTIL"),
        ("lan", {"note": "Gọi 0912345678"}, "PERSONAL_DATA"),
        ("officer", {}, "FORBIDDEN"),
    ],
)
async def test_what_cannot_be_delegated_is_refused(city: AskedCity, by: str, more: dict[str, Any], code: str) -> None:
    assert errors(await delegated(city, by, **more)) == [code]
    assert await city.ask(DELEGATIONS, by="minh") == {"me": {"delegations": []}}


async def test_sent_again_under_its_key_one_delegation_is_given(city: AskedCity) -> None:
    asked = delegation(clientMutationId="k1")
    first, second = [(await city.ask(DELEGATE, by="lan", input=asked))["delegate"] for _ in range(2)]
    assert first == second
    assert len((await city.ask(DELEGATIONS, by="lan"))["me"]["delegations"]) == 1
    assert errors(await delegated(city)) == ["ALREADY_DELEGATED"]
