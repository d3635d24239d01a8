"""The simulator keeps to the protocol: what may be asked, sessions and prompts, claims, where it is mounted."""

import base64
import hashlib
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.routing import Mount

from identity.provider.party import RelyingParty
from identity.simulator import SimulatorSettings, app
from tests.identity.provider.serving import CALLBACK, Browser, Page, client, provider_settings, served, world
from tests.identity.simulator.asker import asker


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "dance"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"request": "a.b.c"}, "request_not_supported"),
        ({"request_uri": "https://x.test"}, "request_uri_not_supported"),
        ({"prompt": "none"}, "login_required"),
        ({"nonce": "n" * 2000}, "invalid_request"),
    ],
    ids=str,
)
async def test_what_is_asked_wrong_is_sent_back_with_the_state_and_who_answers(changed: dict, error: str) -> None:
    async with asker() as at:
        answer = await at.authorize(**changed)
    assert isinstance(answer, dict)
    assert (answer["error"], answer["state"], answer["iss"]) == (error, "s", at.url)


async def test_who_is_signed_in_is_asked_again_when_the_client_wants_it_or_the_level_is_too_low() -> None:
    async with asker() as at:
        await at.code("lan", 1)
        assert "code" in await at.authorize()
        assert "code" in await at.authorize(prompt="none")
        assert "code" in await at.authorize(max_age="60")
        for changed in ({"prompt": "login"}, {"prompt": "consent"}, {"max_age": "0"}, {"acr_values": "LoA2"}):
            assert isinstance(await at.authorize(**changed), Page), changed
        answer = await at.authorize(prompt="none", acr_values="LoA2")
        assert isinstance(answer, dict)
        assert answer["error"] == "interaction_required"
        answer = await at.authorize(prompt="none", max_age="0")
        assert isinstance(answer, dict)
        assert answer["error"] == "login_required"
        at.clock.ahead = 61
        assert isinstance(await at.authorize(max_age="60"), Page)


async def test_another_client_needs_the_persons_consent_of_its_own() -> None:
    other = client(client_id="other", secret="o")
    async with asker(clients=(client(), other)) as at:
        await at.code()
        answer = await at.authorize(client_id="other", prompt="none")
        assert isinstance(answer, dict)
        assert answer["error"] == "consent_required"
        await at.code(client_id="other")
        assert "code" in await at.authorize(client_id="other", prompt="none")
        assert "code" in await at.authorize(prompt="none")


async def test_the_claims_are_in_the_id_token_or_in_userinfo() -> None:
    for claims_in in ("id_token", "userinfo"):
        async with asker(claims_in=claims_in) as at:
            _, given = await at.token(await at.code())
            async with at._http.get(f"{at.url}/jwks") as response:
                jwks = await response.json()
            claims = jwt.decode(given["id_token"], ECKey.import_key(jwks["keys"][0])).claims
            _, userinfo = await at.userinfo(given["access_token"])
        assert ("SoDinhDanh" in claims) is (claims_in == "id_token")
        assert (userinfo["SoDinhDanh"], userinfo["HoVaTen"]) == ("999190000001", "Nguyễn Thị Lan")
        assert "d" not in jwks["keys"][0]
        assert (claims["aud"], claims["nonce"], claims["acr"]) == ("congdan", "n", "LoA2")
        half = hashlib.sha256(given["access_token"].encode()).digest()[:16]
        assert claims["at_hash"] == base64.urlsafe_b64encode(half).rstrip(b"=").decode()


async def test_it_is_mounted_under_a_path_and_its_cookies_stay_there() -> None:
    made: list[Starlette] = []

    def make(url: str) -> Starlette:
        made.append(app(SimulatorSettings(issuer=f"{url}/simulator", clients=(client(),))))
        return Starlette(routes=[Mount("/simulator", made[0])])

    async with served(make) as url, Browser() as browser:
        party = RelyingParty(provider_settings(f"{url}/simulator"))
        begun = await party.begin(CALLBACK)
        page = await browser.go(begun.url)
        answer = await browser.choose(page, "lan", 2)
        who = await party.finish(answer["code"], begun, CALLBACK, answer["iss"])
        await party.close()
        cookies = list(browser._http.cookie_jar)
    made[0].state.simulator.close()
    assert who.level == 2
    assert {(cookie["path"], cookie["httponly"], cookie["samesite"]) for cookie in cookies} == {
        ("/simulator", True, "lax")
    }


async def test_processes_that_share_a_folder_are_one_provider(tmp_path: Path) -> None:
    """What one began the other finishes, once."""

    turn: list[Starlette] = []

    def make(url: str) -> Starlette:
        settings = SimulatorSettings(issuer=url, clients=(client(),), folder=tmp_path)
        turn.extend((app(settings), app(settings)))

        async def either(scope: Any, receive: Any, send: Any) -> None:
            turn.reverse()
            await turn[0](scope, receive, send)

        return either  # type: ignore[return-value]

    async with served(make) as url, Browser() as browser:
        party = RelyingParty(provider_settings(url, keys_refetch_s=0.01))
        for _ in range(4):
            begun = await party.begin(CALLBACK)
            answer = await browser.go(begun.url)
            if isinstance(answer, Page):
                answer = await browser.choose(answer, "lan", 2)
            assert (await party.finish(answer["code"], begun, CALLBACK, answer["iss"])).level == 2
        await party.close()
    for one in turn:
        one.state.simulator.close()
    assert (tmp_path / "simulator.sqlite").stat().st_mode & 0o777 == 0o600


async def test_faults_cannot_be_switched_on_over_http() -> None:
    async with world() as at, aiohttp.ClientSession() as http:
        for path in ("/faults", "/fault", "/token?failing=1"):
            async with http.get(at.url + path) as response:
                assert response.status in (404, 405)
        assert (await at.sign_in()).level == 2
