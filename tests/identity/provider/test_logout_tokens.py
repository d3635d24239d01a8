"""Logout tokens: the simulator's are taken, and nothing else is, an id_token above all."""

import time
from typing import Any

import pytest
from joserfc import jwt
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from identity.people import person_named
from identity.provider.logout import EVENT
from identity.provider.party import ProviderRefused
from tests.identity.provider.serving import World, client, keys_of, served, world

NOW = int(time.time())


def claims(at: World, **changed: Any) -> dict[str, Any]:
    good = {
        "iss": at.url,
        "aud": "congdan",
        "iat": NOW,
        "exp": NOW + 120,
        "jti": "one",
        "sub": "somebody",
        "sid": "a session",
        "events": {EVENT: {}},
    }
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


def signed(at: World, told: dict[str, Any], kind: str | None = "logout+jwt") -> str:
    key = at.simulator.keys.current()
    header = {"alg": "ES256", "kid": key.kid} | ({"typ": kind} if kind else {})
    return jwt.encode(header, told, key, default_type=None)


@pytest.mark.parametrize("kind", ["logout+jwt", "JWT", None])
@pytest.mark.parametrize("changed", [{}, {"sub": None}, {"sid": None}, {"exp": None}], ids=keys_of)
async def test_a_good_one_says_whose_sessions_end(kind: str | None, changed: dict[str, Any]) -> None:
    async with world() as at:
        told = await at.party.logged_out(signed(at, claims(at, **changed), kind))
    expected = ("" if "sub" in changed else "somebody", "" if "sid" in changed else "a session")
    assert (told.subject, told.sid) == expected
    assert (told.jti, told.iss, told.good_until) == ("one", at.url, NOW + 180)
    assert "somebody" not in repr(told)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"nonce": "x"}, "nonce"),
        ({"nonce": ""}, "nonce"),
        ({"events": None}, "events"),
        ({"events": {}}, "events"),
        ({"events": {EVENT: None}}, "events"),
        ({"events": {EVENT: True}}, "events"),
        ({"events": EVENT}, "events"),
        ({"jti": None}, "jti"),
        ({"jti": ""}, "jti"),
        ({"jti": 7}, "jti"),
        ({"sub": None, "sid": None}, "sid"),
        ({"sid": 7}, "sid"),
        ({"sub": "x" * 300}, "sub"),
        ({"iss": "https://evil.test"}, "iss"),
        ({"aud": "another"}, "aud"),
        ({"aud": ["congdan", "another"]}, "azp"),
        ({"exp": NOW - 61}, "exp"),
        ({"iat": None}, "iat"),
        ({"iat": NOW + 600}, "iat"),
        ({"iat": NOW - 600}, "iat"),
    ],
    ids=keys_of,
)
async def test_one_that_does_not_hold_is_refused(changed: dict[str, Any], expected: str) -> None:
    async with world() as at:
        with pytest.raises(ProviderRefused) as refused:
            await at.party.logged_out(signed(at, claims(at, **changed)))
    assert (refused.value.code, refused.value.why) == ("LOGOUT_TOKEN_INVALID", expected)


async def test_an_id_token_is_not_taken_for_one_and_one_is_not_taken_for_an_id_token() -> None:
    async with world() as at:
        id_token = (await at.sign_in()).id_token
        with pytest.raises(ProviderRefused) as refused:
            await at.party.logged_out(id_token)
        assert (refused.value.code, refused.value.why) == ("LOGOUT_TOKEN_INVALID", "events")
        at.faults.forge = lambda header, told, key: signed(at, {**claims(at), "nonce": told["nonce"]})
        with pytest.raises(ProviderRefused) as refused:
            await at.sign_in()
        assert (refused.value.code, refused.value.why) == ("ID_TOKEN_INVALID", "typ")


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "x" * 20_000, "é" * 10, "a..", "....."], ids=lambda text: text[:5])
async def test_what_is_no_token_is_refused(text: str) -> None:
    async with world() as at:
        with pytest.raises(ProviderRefused) as refused:
            await at.party.logged_out(text)
    assert refused.value.code == "LOGOUT_TOKEN_INVALID"


async def test_the_simulator_tells_its_clients_when_a_session_ends() -> None:
    told: list[str] = []

    async def logged_out(request: Request) -> Response:
        told.append((await request.body()).decode())
        return Response(status_code=204)

    async with (
        served(lambda url: Starlette(routes=[Route("/out", logged_out, methods=["POST"])])) as ours,
        world(clients=(client(backchannel_uri=f"{ours}/out"),)) as at,
    ):
        who = await at.sign_in("hoa")
        assert await at.simulator.logout.end_session(who.sid) == 1
        assert await at.simulator.logout.end_session(who.sid) == 0
        heard = await at.party.logged_out(told[0].removeprefix("logout_token="))
    assert len(told) == 1
    assert (heard.sid, heard.subject) == (who.sid, person_named("hoa").subject)


async def test_a_client_that_does_not_answer_does_not_keep_the_session() -> None:
    async with world(clients=(client(backchannel_uri="http://127.0.0.1:9/out"),)) as at:
        who = await at.sign_in("hoa")
        assert await at.simulator.logout.end_session(who.sid) == 0
