"""A provider that is slow, down or talks nonsense costs nobody more than its time, and then nothing."""

import asyncio
import socket
import time

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from identity.provider.party import ProviderDown, ProviderRefused, RelyingParty
from schema.circuit import Circuit
from tests.identity.provider.serving import CALLBACK, World, provider_settings, served, world


async def down(at: World) -> int:
    """That a sign-in says that the provider is down; seconds to wait."""
    begun = await at.party.begin(CALLBACK)
    code = await at.code(begun)
    with pytest.raises(ProviderDown) as told:
        await at.finish(begun, code)
    assert code not in str(told.value)
    return told.value.retry_after_s


@pytest.mark.parametrize("path", ["/token", "/jwks", "/userinfo"])
@pytest.mark.parametrize(
    "fault",
    [
        {"failing": 1.0},
        {"failing": 1.0, "status": 503},
        {"failing": 1.0, "status": 429},
        {"failing": 1.0, "status": 302},
        {"body": b"<html>maintenance</html>"},
        {"body": b"[1]", "media_type": "application/json"},
        {"body": b'{"a": "' + b"x" * 300_000 + b'"}', "media_type": "application/json"},
        {"slow_s": 0.6},
    ],
    ids=["500", "503", "429", "redirect", "html", "list", "huge", "slow"],
)
async def test_whatever_goes_wrong_there_is_that_it_is_down(path: str, fault: dict[str, object]) -> None:
    async with world({"claims_in": "userinfo"}, call_within_s=0.3) as at:
        at.faults.at = frozenset({path})
        for name, value in fault.items():
            setattr(at.faults, name, value)
        assert await down(at) == 2
        at.faults.at = frozenset()
        assert (await at.sign_in()).level == 2, "the next one signs in"


async def test_discovery_that_fails_is_that_it_is_down_before_anybody_is_sent_away() -> None:
    async with world() as at:
        at.faults.failing = 1.0
        with pytest.raises(ProviderDown):
            await at.party.begin(CALLBACK)
        at.faults.failing = 0.0
        assert (await at.sign_in()).level == 2


async def test_after_some_failures_nobody_waits_and_the_provider_is_left_alone() -> None:
    async with world(circuit_wait_s=60, call_within_s=0.2) as at:
        begun = await at.party.begin(CALLBACK)
        codes = [await at.code(begun) for _ in range(6)]
        at.faults.slow_s, at.faults.at = 5.0, frozenset({"/token"})
        for code in codes[:5]:
            with pytest.raises(ProviderDown):
                await at.finish(begun, code)
        asked = at.calls["/token"]
        began = time.perf_counter()
        with pytest.raises(ProviderDown) as told:
            await at.finish(begun, codes[5])
        with pytest.raises(ProviderDown):
            await at.party.begin(CALLBACK)
        assert time.perf_counter() - began < 0.05
        assert 58 <= told.value.retry_after_s <= 60
        assert (asked, at.calls["/token"]) == (5, 5)


async def test_it_is_tried_again_by_one_and_then_by_all() -> None:
    async with world(circuit_wait_s=0.2) as at:
        begun = await at.party.begin(CALLBACK)
        codes = [await at.code(begun) for _ in range(6)]
        at.faults.failing = 1.0
        for code in codes[:5]:
            with pytest.raises(ProviderDown):
                await at.finish(begun, code)
        at.faults.failing = 0.0
        await asyncio.sleep(0.25)
        assert (await at.finish(begun, codes[5])).level == 2
        assert (await at.sign_in()).level == 2


async def test_a_sign_in_ends_in_time_though_each_call_is_just_in_time() -> None:
    async with world({"claims_in": "userinfo"}, call_within_s=0.5, finish_within_s=0.6) as at:
        begun = await at.party.begin(CALLBACK)
        code = await at.code(begun)
        at.faults.slow_s = 0.4
        began = time.perf_counter()
        with pytest.raises(ProviderDown):
            await at.finish(begun, code)
        assert 0.55 < time.perf_counter() - began < 0.9


async def test_a_sign_in_that_its_browser_left_says_nothing_of_the_provider() -> None:
    async with world(circuit_failures=1) as at:
        begun = await at.party.begin(CALLBACK)
        code = await at.code(begun)
        at.faults.slow_s = 0.5
        task = asyncio.create_task(at.finish(begun, code))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        at.faults.slow_s = 0.0
        assert (await at.sign_in()).level == 2


async def test_nobody_listens_and_a_name_that_is_none() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    for issuer in (f"http://127.0.0.1:{port}", "https://idp.invalid"):
        party = RelyingParty(provider_settings(issuer))
        with pytest.raises(ProviderDown) as told:
            await party.begin(CALLBACK)
        assert told.value.retry_after_s == 2
        assert await party.logout_url("hint", CALLBACK, "s") is None
        await party.close()


async def test_wrong_codes_do_not_make_the_provider_look_down() -> None:
    async with world() as at:
        begun = await at.party.begin(CALLBACK)
        for n in range(20):
            with pytest.raises(ProviderRefused) as refused:
                await at.finish(begun, f"guess {n}")
            assert refused.value.code == "CODE_REFUSED"
        assert (await at.sign_in()).level == 2


@pytest.mark.parametrize(
    ("status", "expected"), [(400, "CODE_REFUSED"), (403, "CODE_REFUSED"), (401, "CLIENT_REFUSED")]
)
async def test_a_refusal_that_is_no_json_is_a_refusal(status: int, expected: str) -> None:
    async with world(circuit_failures=1) as at:
        begun = await at.party.begin(CALLBACK)
        at.faults.failing, at.faults.status, at.faults.at = 1.0, status, frozenset({"/token"})
        with pytest.raises(ProviderRefused) as refused:
            await at.finish(begun, "guess")
        assert refused.value.code == expected
        at.faults.failing = 0.0
        assert (await at.sign_in()).level == 2


async def test_no_redirect_is_followed_with_a_code_or_a_secret() -> None:
    heard: list[str] = []

    async def elsewhere(request: Request) -> Response:
        heard.append(request.url.path)
        return Response('{"keys": []}', media_type="application/json")

    async with served(
        lambda url: Starlette(routes=[Route("/{path:path}", elsewhere, methods=["GET", "POST"])])
    ) as evil:

        async def moved(request: Request) -> Response:
            return RedirectResponse(evil + request.url.path, 307)

        async with served(lambda url: Starlette(routes=[Route("/{path:path}", moved, methods=["GET", "POST"])])) as url:
            endpoints = {"authorization_endpoint": f"{url}/a", "token_endpoint": f"{url}/t", "jwks_uri": f"{url}/k"}
            party = RelyingParty(provider_settings(url, discovery=False, **endpoints))
            begun = await party.begin(CALLBACK)
            with pytest.raises(ProviderDown):
                await party.finish("code", begun, CALLBACK, None)
            await party.close()
            party = RelyingParty(provider_settings(url))
            with pytest.raises(ProviderDown):
                await party.begin(CALLBACK)
            await party.close()
    assert heard == []


@pytest.mark.parametrize(
    ("header", "wait_s"), [("120", 120), ("1", 2), ("99999", 600), ("soon", 2), ("-5", 2), ("9" * 30, 2), ("٣", 2)]
)
async def test_the_provider_says_when_to_come_back(header: str, wait_s: int) -> None:
    async def busy(request: Request) -> Response:
        response = Response("busy", 503)
        response.raw_headers.append((b"retry-after", header.encode()))
        return response

    async with served(lambda url: Starlette(routes=[Route("/{path:path}", busy)])) as url:
        party = RelyingParty(provider_settings(url))
        with pytest.raises(ProviderDown) as told:
            await party.begin(CALLBACK)
        await party.close()
    assert told.value.retry_after_s == wait_s


async def test_known_endpoints_outlive_a_discovery_that_fails() -> None:
    async with world() as at:
        await at.sign_in()
        at.party._discovery._looked_at -= 3601
        at.faults.failing, at.faults.at = 1.0, frozenset({"/.well-known/openid-configuration"})
        asked = at.calls["/.well-known/openid-configuration"]
        for _ in range(3):
            assert (await at.sign_in()).level == 2
        assert at.calls["/.well-known/openid-configuration"] == asked + 1


def test_a_circuit_lets_one_try_at_a_time() -> None:
    now = [0.0]
    circuit = Circuit("vneid", failures=2, wait_s=10, clock=lambda: now[0])
    for _ in range(2):
        assert circuit.admit()
        circuit.failed()
    assert (circuit.admit(), circuit.closed_in_s) == (False, 10)
    now[0] = 10.0
    assert [circuit.admit(), circuit.admit()] == [True, False]
    circuit.abandoned()
    assert circuit.admit()
    circuit.failed()
    assert (circuit.admit(), circuit.closed_in_s) == (False, 10)
    now[0] = 20.0
    assert circuit.admit()
    circuit.succeeded()
    assert [circuit.admit(), circuit.admit(), circuit.closed_in_s] == [True, True, 0]
