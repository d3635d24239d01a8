"""Plugins that run as services of their own: their SDL, from a file or asked of the service, and who asks them."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from gateway.host.loading import PluginProblem
from gateway.host.manifest import PluginEntry
from gateway.subgraphs.client import HttpClient
from gateway.subgraphs.remote import HttpSubgraph
from identity.actor import Actor
from identity.subgraph_tokens import SubgraphTokens
from schema.compose import SubgraphSdl

ASK_WITHIN_S = 5.0
SDL_MOST = 5_000_000
_QUESTION = {"query": "{ _service { sdl } }"}


def remote_subgraph(name: str, entry: PluginEntry, folder: Path) -> SubgraphSdl:
    """The subgraph of ``[plugins.<name>] url = ...``. ``folder``: where a relative ``sdl`` file starts from.

    Raises:
        PluginProblem: there is no SDL to be had, and why.
    """
    url = entry.url or ""
    if not url.startswith(("http://", "https://")):
        raise PluginProblem(f"{name} has the url {url!r}: begin it with http:// or https://.")
    if entry.settings or entry.module:
        raise PluginProblem(f"{name} runs at {url}: its module and settings are that service's, take them out here.")
    if entry.sdl is None:
        return SubgraphSdl(name=name, sdl=_asked(name, url), url=url)
    try:
        return SubgraphSdl(name=name, sdl=(folder / entry.sdl).read_text(encoding="utf-8"), url=url)
    except OSError as error:
        raise PluginProblem(f"{name}'s sdl file cannot be read: {error}") from None


def open_remote(name: str, url: str, entry: PluginEntry, client: HttpClient, tokens: SubgraphTokens) -> HttpSubgraph:
    """The service of ``[plugins.<name>]``, told by a token of its own who asks."""

    def credentials(actor: Actor) -> dict[str, str]:
        return {"authorization": f"Bearer {tokens.token(actor, name)}"}

    return HttpSubgraph(name, url, settings=entry, client=client, credentials=credentials)


def _asked(name: str, url: str) -> str:
    # In a thread of its own: the host assembles outside of any event loop and inside one.
    with ThreadPoolExecutor(1) as thread:
        try:
            return thread.submit(lambda: asyncio.run(_ask(url))).result()
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError) as error:
            why = f"{type(error).__name__}: {error}".rstrip(": ")
            raise PluginProblem(
                f"{name} did not tell its SDL at {url} ({why}): start the service, or give sdl = FILE."
            ) from None


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
