"""One's own account and its profile."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from gateway.host.testing import AskedCity
from gateway.plugin import Actor
from plugins.accounts.tests.asks import (
    ACCEPT,
    ACCESS,
    ADD_CONTACT,
    PROFILE,
    REMOVE_CONTACT,
    REQUEST,
    UPDATE,
    errors,
    verified,
)
from plugins.accounts.tests.test_rights import delegated
from plugins.accounts.types.account import Account

ME = "{ me { id code name level status contacts { id } savedPlaces { id } consents { purpose } dataRequests { id } } }"


async def updated(city: AskedCity, by: str = "lan", **input: Any) -> dict[str, Any]:
    payload: dict[str, Any] = (await city.ask(UPDATE, by=by, input=input))["updateProfile"]
    return payload


async def test_a_person_sees_their_own_account_with_the_name_of_the_e_id(city: AskedCity) -> None:
    assert await city.ask(ME, by="lan") == {
        "me": {
            **{"id": "Account:person-lan", "code": "person-lan", "name": "Nguyễn Thị Lan", "level": 2},
            **{"status": "ACTIVE", "contacts": [], "savedPlaces": [], "consents": [], "dataRequests": []},
        }
    }


async def test_nobody_has_no_account_and_a_helper_not_the_helped_ones(city: AskedCity) -> None:
    assert await city.refused(ME) == ["UNAUTHENTICATED"]
    helper = replace(city.actor("lan"), delegate="person-minh")
    assert await city.refused(ME, by=helper) == ["NOT_FOR_HELPERS"]
    assert await city.refused(ME, by=Actor("person-unheard-of", level=2)) == ["PERSON_UNKNOWN"]
    id = (await delegated(city))["node"]["id"]
    assert await city.refused(ACCEPT, by="minh", id=id) == []
    assert await city.refused(ADD_CONTACT, by=helper, kind="PHONE", value="0912345678") == ["NOT_FOR_HELPERS"]
    assert await city.refused(REQUEST, by=helper, kind="EXPORT") == ["NOT_FOR_HELPERS"]
    seen = (await city.ask(ACCESS, by="lan", first=1))["whoReadMyData"]["nodes"][0]
    assert (seen["act"], seen["roles"], seen["agency"]) == ("ACT_FOR", ["HELPER"], None)


@pytest.mark.parametrize("by", ["minh", "officer", "dpo", "admin", None])
async def test_an_account_resolves_for_its_person_alone(city: AskedCity, by: str | None) -> None:
    async def resolved(who: str | None) -> Account | None:
        info: Any = SimpleNamespace(context=city.context("accounts", who))
        return await Account.resolve_reference(info, "Account:person-lan")

    assert await resolved(by) is None
    own = await resolved("lan")
    assert own is not None
    assert own.id == "Account:person-lan"


async def test_a_profile_comes_with_defaults_and_is_changed_in_parts(city: AskedCity) -> None:
    fresh = {"language": "VI", "channels": ["INAPP", "PUSH"], "quietHours": None, "version": 0}
    assert await city.ask(PROFILE, by="lan") == {"me": fresh}
    night = {"from": "22:00", "to": "06:30"}
    assert (await updated(city, language="EN", quietHours=night))["node"] == {
        **{"language": "EN", "channels": ["INAPP", "PUSH"], "quietHours": night, "version": 1}
    }
    assert (await updated(city, channels=["INAPP"], expectedVersion=1))["node"] == {
        **{"language": "EN", "channels": ["INAPP"], "quietHours": night, "version": 2}
    }
    assert (await updated(city, quietHours=None))["node"]["quietHours"] is None
    assert await city.ask(PROFILE, by="minh") == {"me": fresh}


@pytest.mark.parametrize(
    ("input", "code"),
    [
        ({}, "NOTHING_TO_CHANGE"),
        ({"quietHours": {"from": "22:00", "to": "22:00"}}, "BAD_QUIET_HOURS"),
        ({"quietHours": {"from": "24:00", "to": "06:00"}}, "BAD_QUIET_HOURS"),
        ({"quietHours": {"from": "٢٢:00", "to": "06:00"}}, "BAD_QUIET_HOURS"),
        ({"channels": ["PUSH"]}, "INAPP_NEEDED"),
        ({"channels": ["INAPP", "SMS"]}, "CONTACT_NEEDED"),
        ({"channels": ["INAPP", "EMAIL"]}, "CONTACT_NEEDED"),
        ({"language": "EN", "expectedVersion": 7}, "VERSION_CONFLICT"),
    ],
)
async def test_a_profile_that_makes_no_sense_is_refused_whole(
    city: AskedCity, input: dict[str, Any], code: str
) -> None:
    assert errors(await updated(city, **input)) == [code]
    assert (await city.ask(PROFILE, by="lan"))["me"]["version"] == 0


async def test_a_channel_goes_with_the_last_contact_that_it_needs(city: AskedCity) -> None:
    phone = await verified(city)
    assert errors(await updated(city, channels=["ZALO", "INAPP", "SMS"])) == []
    assert await city.refused(REMOVE_CONTACT, by="lan", id=phone, confirm=True) == []
    profile = (await city.ask(PROFILE, by="lan"))["me"]
    assert (profile["channels"], profile["version"]) == (["INAPP"], 2)
