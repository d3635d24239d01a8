"""VNeID: one's own identity, what each level opens, and signing in during development."""

from __future__ import annotations

from pathlib import Path
from secrets import token_urlsafe

import pytest
import structlog

from gateway.host.testing import AskedCity, OpenCity
from identity.sealing import new_key
from plugins.vneid.levels import levels, opened_at

SIGN_IN = """
mutation ($person: String!) {
  signIn(input: {person: $person, clientMutationId: "c1"}) {
    node { token expiresInS level name } userErrors { code message field } clientMutationId
  }
}
"""
ME = "{ myIdentity { id level opens { key } } }"
LEVEL_1 = ["SUBMIT_REPORT", "FOLLOW_REPORT", "INBOX"]
LEVEL_2 = ["MY_DOSSIERS", "SUBMIT_DOSSIER", "CONSULTATION"]


async def test_a_higher_level_opens_what_the_lower_one_does_and_more(city: AskedCity) -> None:
    assert await city.ask(ME, by="minh") == {
        "myIdentity": {"id": "Identity:person-minh", "level": 1, "opens": [{"key": key} for key in LEVEL_1]}
    }
    assert await city.ask(ME, by="lan") == {
        "myIdentity": {"id": "Identity:person-lan", "level": 2, "opens": [{"key": key} for key in LEVEL_1 + LEVEL_2]}
    }


async def test_anonymous_has_no_identity(city: AskedCity) -> None:
    answer = await city.answer(ME)
    assert answer["data"] == {"myIdentity": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAUTHENTICATED"]


async def test_everybody_may_read_what_the_levels_open_in_two_languages(city: AskedCity) -> None:
    data = await city.ask("{ identityLevels { level name { vi en } howToGet { vi } opens { key name { vi en } } } }")
    assert [level["level"] for level in data["identityLevels"]] == [1, 2]
    first, second = data["identityLevels"]
    assert [opening["key"] for opening in first["opens"]] == LEVEL_1
    assert [opening["key"] for opening in second["opens"]] == LEVEL_2
    assert second["name"] == {"vi": "Mức độ 2", "en": "Level 2"}
    assert first["opens"][2]["name"] == {"vi": "Hộp thư thông báo cá nhân", "en": "A personal inbox of notifications"}


def test_every_opening_has_a_key_of_its_own_and_nobody_is_given_one_without_a_level() -> None:
    keys = [opening.key for level in levels() for opening in level.opens]
    assert len(set(keys)) == len(keys) == 6
    assert opened_at(0) == []


async def test_a_seeded_person_signs_in_with_a_token_that_the_gateway_takes(city: AskedCity) -> None:
    answer = (await city.ask(SIGN_IN, person="minh"))["signIn"]
    token = answer["node"].pop("token")
    assert answer == {
        "node": {"expiresInS": 43200, "level": 1, "name": "Trần Văn Minh"},
        "userErrors": [],
        "clientMutationId": "c1",
    }
    actor = await city.city.authenticate(token)
    assert (actor.id, actor.level) == ("person-minh", 1)
    assert (await city.ask(ME, by=actor))["myIdentity"]["id"] == "Identity:person-minh"


@pytest.mark.parametrize("person", ["bob", "", "LAN", "person-lan", "lan" * 1000])
async def test_who_is_not_seeded_is_refused_with_the_names_that_are(city: AskedCity, person: str) -> None:
    answer = (await city.ask(SIGN_IN, person=person))["signIn"]
    assert answer["node"] is None
    [error] = answer["userErrors"]
    assert (error["code"], error["field"]) == ("UNKNOWN_PERSON", "person")
    assert error["message"].endswith(
        "there are admin, alerter, approver, auditor, dpo, editor, hoa, lan, lead, "
        "minh, officer, officer-bt, operator, tu."
    )
    assert len(error["message"]) < 200


async def test_nobody_signs_in_by_name_in_production(config: Path, open_test_city: OpenCity) -> None:
    with config.open("a") as manifest:
        manifest.write(f'[identity]\nsecret = "{token_urlsafe(48)}"\nencryption_keys = ["{new_key()}"]\n')
    async with open_test_city(config, mode="production") as city:
        answer = (await city.ask(SIGN_IN, person="lan"))["signIn"]
    assert answer["node"] is None
    assert [error["code"] for error in answer["userErrors"]] == ["SIGN_IN_UNAVAILABLE"]
    assert "minh" not in answer["userErrors"][0]["message"]


async def test_signing_in_leaves_neither_name_nor_token_in_the_log(
    city: AskedCity, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with structlog.testing.capture_logs() as logs:
        token = (await city.ask(SIGN_IN, person="lan"))["signIn"]["node"]["token"]
        await city.ask(SIGN_IN, person="nobody-known")
    written = "".join([repr(logs), caplog.text, *capfd.readouterr()])
    assert token not in written
    assert "Nguyễn Thị Lan" not in written
    assert "nobody-known" not in written


async def test_an_identity_is_resolved_by_its_key_for_its_owner_alone(city: AskedCity) -> None:
    query = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Identity { level } } }"
    schema = city.hosted("vneid").assembly.schemas["vneid"]
    for by, seen in (("lan", [{"level": 2}]), ("minh", [None]), (None, [None])):
        context = city.context("vneid", by)
        asked = {"r": [{"__typename": "Identity", "id": "Identity:person-lan"}]}
        result = await schema.execute(query, variable_values=asked, context_value=context)
        assert result.errors is None
        assert result.data == {"_entities": seen}
