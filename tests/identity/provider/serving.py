"""Real servers on loopback in the test's own loop, a browser for their pages, and the simulator with its client."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import uvicorn
from joserfc.jwk import ECKey
from starlette.types import ASGIApp

from identity.people import Person
from identity.provider.party import Begun, Identified, RelyingParty
from identity.provider.settings import ProviderSettings
from identity.simulator import Faults, SimulatedClient, SimulatorSettings, app

CALLBACK = "https://congdan.test/sign-in/callback"
AFTER = "https://congdan.test/"
SECRET = "a secret: with + and % in it"
KEY = ECKey.generate_key("P-256", auto_kid=True)


@asynccontextmanager
async def served(make: Callable[[str], ASGIApp]) -> AsyncIterator[str]:
    """Serve what ``make`` makes of its own URL; the URL."""
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    config = uvicorn.Config(make(url), log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.005)
    try:
        yield url
    finally:
        server.should_exit = True
        await task
        listener.close()


@dataclass(frozen=True)
class Page:
    status: int
    text: str
    headers: Mapping[str, str]
    url: str

    @property
    def request(self) -> str:
        found = re.search(r'name="request" value="([^"]+)"', self.text)
        assert found, self.text
        return found.group(1)


class Browser:
    """Keeps cookies, follows redirects inside the provider, and stops where one leads to the client."""

    def __init__(self) -> None:
        self._http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def __aenter__(self) -> Browser:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    async def go(self, url: str, form: Mapping[str, str] | None = None) -> Page | dict[str, str]:
        """The page at the end, or the query that the client is sent."""
        host = urlsplit(url).netloc
        for _ in range(10):
            method = "GET" if form is None else "POST"
            async with self._http.request(method, url, data=form, allow_redirects=False) as response:
                if response.status not in (302, 303):
                    return Page(response.status, await response.text(), dict(response.headers), url)
                url = str(response.url.join(type(response.url)(response.headers["Location"])))
            form = None
            if urlsplit(url).netloc != host:
                return dict(parse_qsl(urlsplit(url).query))
        raise AssertionError("redirected for ever")

    async def choose(
        self, page: Page | dict[str, str], person: str, level: int, decision: str = "agree"
    ) -> Page | dict[str, str]:
        """Fill in the consent page and send it."""
        assert isinstance(page, Page), page
        form = {"request": page.request, "person": person, "level": str(level), "decision": decision}
        return await self.go(page.url.rpartition("/")[0] + "/decide", form)


def client(url: str = "", **changed: Any) -> SimulatedClient:
    return SimulatedClient(
        **{
            "client_id": "congdan",
            "redirect_uris": (CALLBACK,),
            "secret": SECRET,
            "jwks": {"keys": [KEY.as_dict(private=False)]},
            "logout_uris": (AFTER,),
            **changed,
        }
    )


def provider_settings(issuer: str, **changed: Any) -> ProviderSettings:
    return ProviderSettings(
        **{"issuer": issuer, "client_id": "congdan", "client_secret": SECRET, "circuit_wait_s": 0.2, **changed}
    )


@dataclass
class World:
    """The simulator, served, and a relying party of it. ``calls``: what was asked of the simulator, by path."""

    url: str
    faults: Faults
    simulator: Any
    party: RelyingParty
    calls: dict[str, int]

    async def code(self, begun: Begun, person: str = "lan", level: int = 2, browser: Browser | None = None) -> str:
        """A person agrees to what was begun; the code."""
        async with browser or Browser() as one:
            answer = await one.choose(await one.go(begun.url), person, level)
        assert isinstance(answer, dict), answer
        assert answer["state"] == begun.state
        assert answer["iss"] == self.url
        return answer["code"]

    async def finish(self, begun: Begun, code: str, **changed: Any) -> Identified:
        return await self.party.finish(code, begun, CALLBACK, changed.pop("iss", self.url), **changed)

    async def sign_in(self, person: str = "lan", level: int = 2, *, wanted: int = 1) -> Identified:
        begun = await self.party.begin(CALLBACK, wanted)
        return await self.finish(begun, await self.code(begun, person, level), level=wanted)


class Counting:
    """ASGI middleware: how often each path was asked for."""

    def __init__(self, inner: ASGIApp, calls: dict[str, int]) -> None:
        self._inner = inner
        self._calls = calls

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self._calls[scope["path"]] = self._calls.get(scope["path"], 0) + 1
        await self._inner(scope, receive, send)


@asynccontextmanager
async def world(
    simulated: Mapping[str, Any] | None = None,
    people: Mapping[str, Person] | None = None,
    clients: tuple[SimulatedClient, ...] | None = None,
    **settings: Any,
) -> AsyncIterator[World]:
    """``simulated``: settings of the simulator; ``settings``: of the relying party."""
    faults = Faults()
    calls: dict[str, int] = {}
    made: list[Any] = []

    def make(url: str) -> ASGIApp:
        wanted = SimulatorSettings(issuer=url, clients=clients or (client(),), **(simulated or {}))
        made.append(app(wanted, people=people, faults=faults))
        return Counting(made[0], calls)

    async with served(make) as url:
        party = RelyingParty(provider_settings(url, **settings))
        try:
            yield World(url, faults, made[0].state.simulator, party, calls)
        finally:
            await party.close()
            made[0].state.simulator.close()


def keys_of(changed: object) -> str:
    """The name of a case, without times and keys: two processes that share the tests must agree on it."""
    return "-".join(map(str, changed)) if isinstance(changed, dict) else type(changed).__name__
