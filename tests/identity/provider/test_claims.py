"""Claims under the provider's names become ours, or say which is not of its form."""

from typing import Any

import pytest

from identity.provider.claims import completed, identify, needs_userinfo
from identity.provider.party import ProviderRefused
from tests.identity.provider.serving import provider_settings

GOOD = {"sub": "s", "SoDinhDanh": "999190000001", "HoVaTen": "Nguyễn Thị Lan", "NgaySinh": "1990-03-12", "acr": "LoA1"}
SETTINGS = provider_settings("https://idp.test")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"SoDinhDanh": None}, ("CLAIMS_MISSING", "citizen_id")),
        ({"HoVaTen": "  "}, ("CLAIMS_MISSING", "name")),
        ({"SoDinhDanh": "12345"}, ("CLAIM_INVALID", "citizen_id")),
        ({"SoDinhDanh": "٠٠٠٠٠٠٠٠٠٠٠٠"}, ("CLAIM_INVALID", "citizen_id")),
        ({"SoDinhDanh": "999190000001\n2"}, ("CLAIM_INVALID", "citizen_id")),
        ({"SoDinhDanh": 999190000001}, ("CLAIM_INVALID", "form")),
        ({"HoVaTen": ["Lan"]}, ("CLAIM_INVALID", "form")),
        ({"HoVaTen": "L\u202ean"}, ("CLAIM_INVALID", "form")),
        ({"HoVaTen": "x" * 201}, ("CLAIM_INVALID", "form")),
    ],
    ids=str,
)
def test_claims_that_do_not_say_who_it_is_are_refused(changed: dict[str, Any], expected: tuple[str, str]) -> None:
    with pytest.raises(ProviderRefused) as refused:
        identify(SETTINGS, {**GOOD, **changed}, "token", 7)
    assert (refused.value.code, refused.value.why) == expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [("1990-03-12", "1990-03-12"), ("12/03/1990", "1990-03-12"), ("19900312", "1990-03-12"), ("1990", ""), (None, "")],
)
def test_a_birth_date_is_iso_or_not_told(told: str | None, expected: str) -> None:
    assert identify(SETTINGS, {**GOOD, "NgaySinh": told}, "token", 7).birth_date == expected


def test_a_name_is_one_line_of_whole_letters() -> None:
    who = identify(SETTINGS, {**GOOD, "HoVaTen": " Nguye\u0302\u0303n\u00a0 Thị  Lan "}, "token", 7)
    assert who.name == "Nguyễn Thị Lan"


def test_without_a_time_of_authentication_it_is_now() -> None:
    assert identify(SETTINGS, GOOD, "token", 7).auth_at == 7
    assert identify(SETTINGS, {**GOOD, "auth_time": 5}, "token", 7).auth_at == 5


def test_names_and_levels_are_the_settings() -> None:
    names = {"citizen_id": "cccd", "name": "name", "birth_date": "", "level": "loa"}
    settings = provider_settings("https://idp.test", claims=names, levels={"2": 2, "1": 1})
    claims = {"sub": "s", "cccd": "999190000001", "name": "Lan", "loa": 2, "NgaySinh": "1990-03-12"}
    who = identify(settings, claims, "token", 7)
    assert (who.citizen_id, who.name, who.birth_date, who.level) == ("999190000001", "Lan", "", 2)
    assert not needs_userinfo(settings, claims)


def test_userinfo_adds_what_is_named_and_missing_and_nothing_else() -> None:
    claims = {"sub": "s", "HoVaTen": "Lan", "acr": "LoA1"}
    userinfo = {"sub": "s", "HoVaTen": "Minh", "acr": "LoA2", "SoDinhDanh": "1", "sid": "x", "auth_time": 1, "exp": 9}
    assert needs_userinfo(SETTINGS, claims)
    assert completed(SETTINGS, claims, userinfo) == {**claims, "SoDinhDanh": "1"}
