"""The socket of somebody who is signed in: it ends with the session, and goes on with a newer token."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from identity.people import person_named
from tests.sign_in.browser import Browser
from tests.sign_in.conftest import ServedCity


@asynccontextmanager
async def socket(
    browser: Browser, params: dict[str, Any] | None = None
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """One that has sent ``connection_init``."""
    url = browser.at.replace("http", "ws") + "/graphql"
    headers = {"origin": browser.at}
    async with browser.session.ws_connect(url, protocols=("graphql-transport-ws",), headers=headers) as opened:
        await opened.send_json({"type": "connection_init", **({"payload": params} if params else {})})
        yield opened


async def told(opened: aiohttp.ClientWebSocketResponse) -> Any:
    message = await asyncio.wait_for(opened.receive(), 10)
    if message.type is aiohttp.WSMsgType.CLOSE:
        return message.data, message.extra
    return message.json()


def token(served: ServedCity, person: str, lifetime_s: int, session: str = "") -> str:
    """An access token of a seeded person, of a session that need not be."""
    actor = person_named(person).to_actor(served.city.manifest.roles)
    object.__setattr__(actor, "session", session)
    return served.city.hosted.tokens.sign(actor, lifetime_s=lifetime_s)


async def test_a_socket_opened_with_cookies_is_closed_when_the_session_ends(lan: Browser) -> None:
    await lan.sign_in("lan")
    async with socket(lan) as opened:
        assert (await told(opened))["type"] == "connection_ack"
        query = "subscription { inboxChanged { id } }"
        await opened.send_json({"type": "subscribe", "id": "1", "payload": {"query": query}})
        await lan.post("/sign-out")
        assert await told(opened) == (4403, "SESSION_ENDED")


async def test_another_sites_page_opens_no_socket_with_the_cookies(lan: Browser) -> None:
    await lan.sign_in("lan")
    url = lan.at.replace("http", "ws") + "/graphql"
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await lan.session.ws_connect(url, headers={"origin": "https://evil.example"})
    assert refused.value.status == 403


async def test_a_ping_with_a_newer_token_lets_the_socket_go_on(served: ServedCity, lan: Browser) -> None:
    old, new = token(served, "lan", 31, "s"), token(served, "lan", 3600, "s")
    async with socket(lan, {"authorization": f"Bearer {old}"}) as opened:
        assert (await told(opened))["type"] == "connection_ack"
        await opened.send_json({"type": "ping", "payload": {"authorization": f"Bearer {new}"}})
        pong = await told(opened)
        assert pong["type"] == "pong"
        assert pong["payload"]["expiresAt"] == served.city.hosted.tokens.verify(new).expires_at
        await opened.send_json({"type": "ping"})
        assert await told(opened) == {"type": "pong"}


@pytest.mark.parametrize(("person", "session"), [("hoa", "s"), ("lan", "other")])
async def test_a_ping_with_anothers_token_closes_the_socket(
    served: ServedCity, lan: Browser, person: str, session: str
) -> None:
    async with socket(lan, {"token": token(served, "lan", 60, "s")}) as opened:
        assert (await told(opened))["type"] == "connection_ack"
        await opened.send_json({"type": "ping", "payload": {"token": token(served, person, 60, session)}})
        assert await told(opened) == (4403, "OTHER_SESSION")


async def test_a_ping_with_a_bad_token_closes_the_socket(served: ServedCity, lan: Browser) -> None:
    async with socket(lan, {"token": token(served, "lan", 60)}) as opened:
        assert (await told(opened))["type"] == "connection_ack"
        await opened.send_json({"type": "ping", "payload": {"token": "x"}})
        assert await told(opened) == (4403, "INVALID_TOKEN")
