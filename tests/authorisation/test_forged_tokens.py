"""A token that is not one of ours lets nobody in: not at /graphql, not at a subgraph's endpoint, not at the socket."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import aiohttp
import pytest

from tests.authorisation.forging import FORGERIES, INVALID, good
from tests.sign_in.browser import Browser, browser, codes
from tests.sign_in.conftest import ServedCity

ME = "{ myIdentity { id } }"


async def asked(client: Browser, token: str, path: str = "/graphql") -> tuple[int, list[str], Any]:
    headers = {"authorization": f"Bearer {token}"}
    status, answer = await client.post(path, {"query": ME}, **headers)
    return status, codes(answer), answer.get("data")


async def at_the_socket(client: Browser, params: Mapping[str, Any], **headers: str) -> Any:
    """What the socket does with an init: the closing code and word, or the acknowledgement's type."""
    url = client.at.replace("http", "ws") + "/graphql"
    given = {"origin": client.at, **headers}
    async with client.session.ws_connect(url, protocols=("graphql-transport-ws",), headers=given) as opened:
        await opened.send_json({"type": "connection_init", "payload": params})
        message = await asyncio.wait_for(opened.receive(), 10)
        if message.type is aiohttp.WSMsgType.CLOSE:
            return message.data, message.extra
        return message.json()["type"]


async def test_a_good_token_lets_in_everywhere(whole: ServedCity, client: Browser) -> None:
    token = good(whole.city)
    assert await asked(client, token) == (200, [], {"myIdentity": {"id": "Identity:person-admin"}})
    assert (await asked(client, token, "/subgraphs/vneid/graphql"))[0] == 200
    assert await at_the_socket(client, {"authorization": f"Bearer {token}"}) == "connection_ack"


async def test_every_forged_token_is_refused_with_its_code(whole: ServedCity, client: Browser) -> None:
    met = {}
    for name, (forge, _) in FORGERIES.items():
        token = forge(whole.city)
        for path in ("/graphql", "/subgraphs/vneid/graphql"):
            met[name, path] = await asked(client, token, path)
    expected = {key: (401, [FORGERIES[key[0]][1]], None) for key in met}
    assert met == expected


async def test_every_forged_token_closes_the_socket(whole: ServedCity, client: Browser) -> None:
    met = {}
    for name, (forge, _) in FORGERIES.items():
        met[name] = await at_the_socket(client, {"authorization": f"Bearer {forge(whole.city)}"})
    assert met == dict.fromkeys(FORGERIES, (4403, "Forbidden"))


async def test_a_forged_token_in_the_handshake_closes_the_socket(whole: ServedCity, client: Browser) -> None:
    met = {}
    for name, (forge, _) in FORGERIES.items():
        try:
            met[name] = await at_the_socket(client, {}, authorization=f"Bearer {forge(whole.city)}")
        except aiohttp.WSServerHandshakeError as refused:
            met[name] = refused.status
    # No handshake has a header of that length.
    assert met == {**dict.fromkeys(FORGERIES, (4403, "Forbidden")), "a very long one": 400}


async def test_a_forged_cookie_lets_nobody_in(whole: ServedCity, client: Browser) -> None:
    met = {}
    for name, (forge, _) in FORGERIES.items():
        headers = {"cookie": f"congdanso={forge(whole.city)}"}
        status, answer = await client.post("/graphql", {"query": ME}, **headers)
        met[name] = status, codes(answer)
    assert met == {name: (401, [code]) for name, (_, code) in FORGERIES.items()}


async def test_what_the_provider_signed_and_what_only_refreshes_is_no_access_token(
    served: ServedCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    party = served.city.sign_on.party
    finish = party.finish

    async def remembering(*args: Any, **named: Any) -> Any:
        identified = await finish(*args, **named)
        seen.append(identified.id_token)
        return identified

    monkeypatch.setattr(party, "finish", remembering)
    async with browser(served.at) as client:
        await _refused(client, seen)


async def _refused(client: Browser, seen: list[str]) -> None:
    back = await client.sign_in("lan")
    refresh = next(c for c in back.cookies if c.startswith("congdanso-refresh=")).partition("=")[2].partition(";")[0]
    client.session.cookie_jar.clear()
    assert seen[0].count(".") == 2
    for token in (seen[0], refresh):
        assert await asked(client, token) == (401, [INVALID], None)
        assert await at_the_socket(client, {"token": token}) == (4403, "Forbidden")


@pytest.mark.parametrize("header", ["Basic bGFuOmxhbg==", "Bearer", "Bearer  ", "x", "Bearer a b"])
async def test_what_is_no_bearer_header_is_refused(client: Browser, header: str) -> None:
    status, answer = await client.post("/graphql", {"query": ME}, authorization=header)
    assert (status, codes(answer)) == (401, [INVALID])
