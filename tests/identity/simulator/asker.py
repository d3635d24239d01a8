"""A client of the simulator that asks as it likes, with a browser and a clock that can be put ahead."""

import base64
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from starlette.applications import Starlette

from identity.provider.pkce import challenge_of
from identity.simulator import SimulatorSettings, app
from tests.identity.provider.serving import CALLBACK, SECRET, Browser, Page, client, served

VERIFIER = "v" * 43
ASKED = {
    "client_id": "congdan",
    "redirect_uri": CALLBACK,
    "response_type": "code",
    "scope": "openid",
    "state": "s",
    "nonce": "n",
    "code_challenge": challenge_of(VERIFIER),
    "code_challenge_method": "S256",
}
BASIC = "Basic " + base64.b64encode(f"congdan:{SECRET.replace('%', '%25').replace('+', '%2B')}".encode()).decode()


class Clock:
    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


class Asker:
    """A client that asks as it likes, and a browser."""

    def __init__(self, url: str, clock: Clock, browser: Browser, http: aiohttp.ClientSession) -> None:
        self.url = url
        self.clock = clock
        self.browser = browser
        self._http = http

    async def authorize(self, **changed: Any) -> Page | dict[str, str]:
        asked = {name: value for name, value in {**ASKED, **changed}.items() if value is not None}
        return await self.browser.go(f"{self.url}/authorize", asked)

    async def code(self, person: str = "lan", level: int = 2, **changed: Any) -> str:
        answer = await self.authorize(**changed)
        if isinstance(answer, Page):
            answer = await self.browser.choose(answer, person, level)
        assert isinstance(answer, dict)
        return answer["code"]

    async def token(
        self, code: str, authorization: str | None = BASIC, **changed: Any
    ) -> tuple[int, Mapping[str, Any]]:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
        told = {name: value for name, value in {**form, **changed}.items() if value is not None}
        headers = {"Authorization": authorization} if authorization else {}
        async with self._http.post(f"{self.url}/token", data=told, headers=headers) as response:
            assert response.headers["Cache-Control"] == "no-store"
            return response.status, await response.json()

    async def userinfo(self, token: str) -> tuple[int, Mapping[str, Any]]:
        headers = {"Authorization": f"Bearer {token}"}
        async with self._http.get(f"{self.url}/userinfo", headers=headers) as response:
            return response.status, await response.json()


@asynccontextmanager
async def asker(**settings: Any) -> AsyncIterator[Asker]:
    clock = Clock()
    clients = settings.pop("clients", (client(),))
    made: list[Starlette] = []

    def make(url: str) -> Starlette:
        made.append(app(SimulatorSettings(issuer=url, clients=clients, **settings), clock=clock))
        return made[0]

    async with served(make) as url, Browser() as browser, aiohttp.ClientSession() as http:
        yield Asker(url, clock, browser, http)
    made[0].state.simulator.close()
