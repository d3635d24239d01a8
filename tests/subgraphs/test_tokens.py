"""Who asks: signed by the gateway for one service and a minute, checked there by the gateway's public keys."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import ECKey

from gateway.host.testing import OpenCity
from gateway.server.app import create_app
from identity.actor import ANONYMOUS, Actor
from identity.jwks import KEEP_S, REFETCH_AFTER_S, RETRY_AFTER_S, KeySets, KeysUnavailable
from identity.subgraph_tokens import ISSUER, LIFETIME_S, SubgraphTokens, SubgraphVerifier
from identity.tokens import LEEWAY_S, InvalidToken, Tokens
from tests.execution.servers import http_server
from tests.host.conftest import WriteCity, good
from tests.subgraphs.upstreams import Service, answering

OFFICER = Actor(
    id="officer-7",
    level=2,
    roles=frozenset({"OFFICER"}),
    agency="so-gtvt",
    wards=frozenset({"26734", "26737"}),
    scopes=frozenset({"feedback:answer", "feedback:accept"}),
)
KEY = ECKey.generate_key("P-256", auto_kid=True)


class Clock:
    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def keys_file(folder: Path, *keys: ECKey) -> str:
    file = folder / "jwks.json"
    file.write_bytes(orjson.dumps({"keys": [key.as_dict(private=False) for key in keys]}))
    return str(file)


@pytest.fixture
def verifier(tmp_path: Path) -> SubgraphVerifier:
    return SubgraphVerifier("far", KeySets(keys_file(tmp_path, KEY)))


async def refusal(verifier: SubgraphVerifier, token: str) -> str:
    with pytest.raises(InvalidToken) as refused:
        await verifier.verify(token)
    assert token not in refused.value.message
    return refused.value.code


@pytest.mark.parametrize("actor", [OFFICER, ANONYMOUS])
async def test_the_actor_that_was_signed_arrives(verifier: SubgraphVerifier, actor: Actor) -> None:
    assert await verifier.verify(SubgraphTokens(KEY).token(actor, "far")) == actor


async def test_a_token_is_for_one_service_and_a_minute(verifier: SubgraphVerifier) -> None:
    assert await refusal(verifier, SubgraphTokens(KEY).token(OFFICER, "near")) == "INVALID_TOKEN"
    for age_s, code in [(LIFETIME_S + LEEWAY_S - 5, None), (LIFETIME_S + LEEWAY_S + 5, "TOKEN_EXPIRED")]:
        token = SubgraphTokens(KEY, clock=Clock(time.time() - age_s)).token(OFFICER, "far")
        assert (await verifier.verify(token) == OFFICER) if code is None else (await refusal(verifier, token) == code)


async def test_a_services_token_is_nothing_at_the_gateway_and_a_clients_nothing_at_a_service(
    verifier: SubgraphVerifier,
) -> None:
    with pytest.raises(InvalidToken):
        Tokens(KEY).verify(SubgraphTokens(KEY).token(OFFICER, "congdanso-gateway"))
    assert await refusal(verifier, Tokens(KEY).sign(OFFICER)) == "INVALID_TOKEN"


@pytest.mark.parametrize(
    ("changed", "key", "kid"),
    [
        ({"iss": "congdanso"}, KEY, KEY.kid),
        ({"aud": ["far", "near"]}, KEY, KEY.kid),
        ({"exp": None}, KEY, KEY.kid),
        ({"iat": None}, KEY, KEY.kid),
        ({"roles": "ADMIN"}, KEY, KEY.kid),
        ({"wards": [["26734"]]}, KEY, KEY.kid),
        ({"agency": {"key": "SXD"}}, KEY, KEY.kid),
        ({"level": float("inf")}, KEY, KEY.kid),
        ({}, ECKey.generate_key("P-256", auto_kid=True), KEY.kid),
        ({}, KEY, "another"),
        ({}, KEY, None),
    ],
    ids=[
        *("issuer", "two audiences", "no end", "no start", "roles in a text", "wards in lists", "agency of parts"),
        *("endless level", "another key", "unknown key id", "no key id"),
    ],
)
async def test_other_tokens_are_refused(
    verifier: SubgraphVerifier, changed: dict[str, Any], key: ECKey, kid: str | None
) -> None:
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": "far", "sub": "x", "iat": now, "exp": now + 60, **changed}
    header = {"alg": "ES256", **({"kid": kid} if kid else {})}
    token = jwt.encode(header, {name: value for name, value in claims.items() if value is not None}, key)
    assert await refusal(verifier, token) == "INVALID_TOKEN"
    assert await refusal(verifier, "no token") == "INVALID_TOKEN"


def test_a_token_is_kept_for_half_its_life_and_for_one_actor_and_service() -> None:
    clock = Clock(1_000_000)
    tokens = SubgraphTokens(KEY, clock=clock)
    first = tokens.token(OFFICER, "far")
    clock.now += LIFETIME_S / 2 - 1
    assert tokens.token(OFFICER, "far") == first
    others = {tokens.token(OFFICER, "near"), tokens.token(ANONYMOUS, "far"), first}
    clock.now += 2
    assert len({*others, tokens.token(OFFICER, "far")}) == 4


async def test_a_new_key_of_the_gateway_is_looked_for_but_not_for_every_forged_token(tmp_path: Path) -> None:
    second = ECKey.generate_key("P-256", auto_kid=True)
    asked = 0
    keys = [KEY]

    async def reply(_request: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        return web.json_response({"keys": [key.as_dict(private=False) for key in keys]})

    clock = Clock(0)
    async with http_server(reply) as url:
        verifier = SubgraphVerifier("far", KeySets(url, clock=clock))
        token = SubgraphTokens(KEY).token(OFFICER, "far")
        assert await asyncio.gather(*(verifier.verify(token) for _ in range(5))) == [OFFICER] * 5
        assert asked == 1
        keys[:] = [second]
        renewed = SubgraphTokens(second).token(OFFICER, "far")
        assert await refusal(verifier, renewed) == "INVALID_TOKEN"
        clock.now += REFETCH_AFTER_S
        assert await verifier.verify(renewed) == OFFICER
        assert await refusal(verifier, token) == "INVALID_TOKEN"
        assert asked == 2
    # The gateway is down: what is known stays good.
    clock.now += KEEP_S
    assert await verifier.verify(renewed) == OFFICER
    nothing = KeySets("http://127.0.0.1:9/jwks.json")
    with pytest.raises(KeysUnavailable, match=r"http://127\.0\.0\.1:9/jwks\.json"):
        await nothing.key("a")


@pytest.mark.parametrize("keys", [b'{"keys": ["x"]}', b'{"keys": null}', b"[]", b"<html>"])
async def test_a_gateway_that_has_no_keys_to_show_yet_is_asked_again_soon(tmp_path: Path, keys: bytes) -> None:
    clock = Clock(0)
    (tmp_path / "jwks.json").write_bytes(keys)
    verifier = SubgraphVerifier("far", KeySets(str(tmp_path / "jwks.json"), clock=clock))
    token = SubgraphTokens(KEY).token(OFFICER, "far")
    with pytest.raises(KeysUnavailable):
        await verifier.verify(token)
    keys_file(tmp_path, KEY)
    with pytest.raises(KeysUnavailable):
        await verifier.verify(token)
    clock.now += RETRY_AFTER_S
    assert await verifier.verify(token) == OFFICER


async def get(app: Any, path: str) -> tuple[int, str, bytes]:
    """Status, media type and body, asked without a socket: the city's loop is the test's."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b"", "root_path": ""}
    await app(scope, receive, send)
    headers = dict(sent[0]["headers"])
    return sent[0]["status"], headers[b"content-type"].decode(), sent[1]["body"]


SDL = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
type Query { far: String }
"""


async def test_a_city_signs_who_asks_and_publishes_its_key(
    write_city: WriteCity, open_test_city: OpenCity, tmp_path: Path
) -> None:
    service = Service(answering({"far": "here"}))
    (tmp_path / "far.graphql").write_text(SDL)
    async with http_server(service.handle) as url:
        manifest = write_city({"good": good("good")}, more=f'[plugins.far]\nurl = "{url}"\nsdl = "far.graphql"\n')
        async with open_test_city(manifest) as city:
            await city.ask("{ far good }", by=OFFICER)
            await city.ask("{ far }")
            jwks = city.city.jwks()
            assert city.city.health()["plugins"]["far"] == {"state": "in", "reason": "", "circuit": "closed"}
            published = await get(create_app(city.city), "/.well-known/jwks.json")
    assert published == (200, "application/jwk-set+json", orjson.dumps(jwks))
    (tmp_path / "keys.json").write_bytes(orjson.dumps(jwks))
    verifier = SubgraphVerifier("far", KeySets(str(tmp_path / "keys.json")))
    told = [asked.headers["authorization"].removeprefix("Bearer ") for asked in service.asked]
    assert [await verifier.verify(token) for token in told] == [OFFICER, ANONYMOUS]
    peoples, services = jwks["keys"]
    assert peoples.keys() == services.keys() == {"kty", "crv", "x", "y", "kid", "use", "alg"}
