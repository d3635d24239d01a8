"""Plugins that run as services of their own: their SDL, from a file or asked of the service, and all ways to them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from gateway.host.elsewhere import KEYS_PATH, QuestionDoor, ToServices, beside
from gateway.host.loading import PluginProblem
from gateway.host.manifest import PluginEntry
from gateway.subgraphs.client import HttpClient
from gateway.subgraphs.remote import HttpSubgraph
from identity.actor import Actor
from identity.jwks import KeySets
from identity.subgraph_tokens import SubgraphTokens, SubgraphVerifier
from identity.tokens import AUDIENCE, InvalidToken
from schema.compose import SubgraphSdl

ASK_WITHIN_S = 5.0
LOOK_AGAIN_S = 5.0
SDL_MOST = 5_000_000
UNTOLD = " did not tell its SDL"
_QUESTION = {"query": "{ _service { sdl } }"}


def remote_subgraph(name: str, entry: PluginEntry, folder: Path) -> SubgraphSdl:
    """The subgraph of ``[plugins.<name>] url = ...``. ``folder``: where a relative ``sdl`` file starts from.

    Raises:
        PluginProblem: there is no SDL to be had, and why.
    """
    url = entry.url or ""
    if not url.startswith(("http://", "https://")):
        raise PluginProblem(f"{name} has the url {url!r}: begin it with http:// or https://.")
    if entry.sdl is None:
        return SubgraphSdl(name=name, sdl=_asked(name, url), url=url)
    try:
        return SubgraphSdl(name=name, sdl=(folder / entry.sdl).read_text(encoding="utf-8"), url=url)
    except OSError as error:
        raise PluginProblem(f"{name}'s sdl file cannot be read: {error}") from None


class Returning:
    """Looks whether services come that were down when the graph was composed, so that they come in by themselves."""

    def __init__(self) -> None:
        self._next = 0.0

    async def any_is_back(self, missing: Mapping[str, str]) -> bool:
        """Whether one tells its SDL now; asked every ``LOOK_AGAIN_S``. ``missing``: name -> URL."""
        now = time.monotonic()
        if not missing or now < self._next:
            return False
        self._next = now + LOOK_AGAIN_S
        told = await asyncio.gather(*(_ask(url) for url in missing.values()), return_exceptions=True)
        return any(isinstance(sdl, str) for sdl in told)


class RemotePlugins:
    """The plugins behind a URL: their subgraphs, and questions both ways. ``urls``: by name. ``client``: closed by the
    caller. ``tokens``: sign who asks, for one of them at a time.
    """

    def __init__(self, urls: Mapping[str, str], client: HttpClient, tokens: SubgraphTokens) -> None:
        self.urls = urls
        self._client = client
        self._tokens = tokens
        self._verifiers = {
            name: SubgraphVerifier(AUDIENCE, KeySets(beside(url, KEYS_PATH)), issuer=name) for name, url in urls.items()
        }

    def subgraph(self, name: str, entry: PluginEntry) -> HttpSubgraph:
        """The service of ``[plugins.<name>]``, told by a token of its own who asks."""

        def credentials(actor: Actor) -> dict[str, str]:
            return {"authorization": f"Bearer {self._tokens.token(actor, name)}"}

        return HttpSubgraph(name, self.urls[name], settings=entry, client=self._client, credentials=credentials)

    def elsewhere(self) -> ToServices:
        """The way of a question to them."""
        return ToServices(
            {
                name: QuestionDoor(url, self._client, partial(self._tokens.token, audience=name))
                for name, url in self.urls.items()
            }
        )

    async def asking(self, name: str | None, token: str | None) -> Actor:
        """For whom the plugin ``name`` asks a question of the others.

        Raises:
            InvalidToken: it is none of them, or the token is not its own.
            KeysUnavailable: its keys could not be had.
        """
        verifier = self._verifiers.get(name or "")
        if verifier is None or token is None:
            raise InvalidToken("Only a plugin that plugins.toml names with its url asks here, with a token of its own.")
        return await verifier.verify(token)


def _asked(name: str, url: str) -> str:
    # In a thread of its own: the host assembles outside of any event loop and inside one.
    with ThreadPoolExecutor(1) as thread:
        try:
            return thread.submit(lambda: asyncio.run(_ask(url))).result()
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError) as error:
            why = f"{type(error).__name__}: {error}".rstrip(": ")
            raise PluginProblem(f"{name}{UNTOLD} at {url} ({why}): start the service, or give sdl = FILE.") from None


async def _ask(url: str) -> str:
    timeout = aiohttp.ClientTimeout(total=ASK_WITHIN_S)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.post(url, json=_QUESTION, allow_redirects=False) as response,
    ):
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > SDL_MOST:
                raise ValueError(f"an answer of more than {SDL_MOST} bytes")
        answer: Any = orjson.loads(body)
        sdl = answer["data"]["_service"]["sdl"]
        if not isinstance(sdl, str):
            raise TypeError("_service.sdl is no text")
        return sdl
