"""A real browser signs in, is stepped up, and signs out; its socket closes. Skipped where there is no Chromium."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.commands.running import free_port
from tests.identity.provider.serving import SECRET
from tests.identity.provider.test_oidc_provider import provider
from tests.sign_in.conftest import ServedCity, serving

playwright = pytest.importorskip("playwright.async_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine")

ASK = """async (query) => {
  const answer = await fetch("/graphql", {
    method: "POST", headers: {"content-type": "application/json"}, body: JSON.stringify({query}),
  });
  return [answer.status, await answer.json()];
}"""
LISTEN = """() => new Promise((ready) => {
  const socket = new WebSocket(location.origin.replace("http", "ws") + "/graphql", "graphql-transport-ws");
  window.socketEnded = new Promise((done) => { socket.onclose = (event) => done([event.code, event.reason]); });
  socket.onopen = () => socket.send(JSON.stringify({type: "connection_init"}));
  socket.onmessage = (event) => ready(JSON.parse(event.data).type);
})"""
POST = """async (path) => (await fetch(path, {method: "POST"})).status"""
ME = "{ myIdentity { id level } }"


@pytest.fixture
async def page() -> AsyncIterator[Any]:
    """A page of a browser that has no cookies."""
    async with playwright.async_playwright() as driver:
        chromium = await driver.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        try:
            yield await (await chromium.new_context(locale="vi-VN", viewport={"width": 390, "height": 844})).new_page()
        finally:
            await chromium.close()


async def choose(page: Any, person: str, level: int) -> None:
    """What the person does at the provider."""
    await page.check(f'input[name="person"][value="{person}"]')
    await page.check(f'input[name="level"][value="{level}"]')
    await page.click('button[value="agree"]')


@pytest.mark.slow
async def test_a_browser_signs_in_steps_up_and_signs_out_and_its_socket_closes(served: ServedCity, page: Any) -> None:
    await page.goto(f"{served.at}/sign-in?to=/graphql")
    assert "Mô phỏng VNeID" in await page.inner_text("body")
    await choose(page, "lan", 1)
    await page.wait_for_url(f"{served.at}/graphql")
    me = {"id": "Identity:person-lan", "level": 1}
    assert await page.evaluate(ASK, ME) == [200, {"data": {"myIdentity": me}}]
    assert await page.evaluate("document.cookie") == ""
    await page.goto(f"{served.at}/sign-in?to=/graphql&level=2&step_up=1")
    await choose(page, "lan", 2)
    await page.wait_for_url(f"{served.at}/graphql")
    assert await page.evaluate(ASK, ME) == [200, {"data": {"myIdentity": {**me, "level": 2}}}]
    assert await page.evaluate(POST, "/sign-in/refresh") == 200
    assert await page.evaluate(LISTEN) == "connection_ack"
    assert await page.evaluate(POST, "/sign-out") == 200
    assert await page.evaluate("window.socketEnded") == [4403, "SESSION_ENDED"]
    assert (await page.evaluate(ASK, ME))[1]["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.slow
async def test_a_browser_signs_in_at_a_provider_that_nobody_here_wrote(tmp_path: Path, page: Any) -> None:
    port = free_port("127.0.0.1")
    at = f"http://127.0.0.1:{port}"
    client = {
        "client_id": "congdan",
        "client_secret": SECRET,
        "redirect_uris": [f"{at}/sign-in/callback"],
        "response_types": ["code"],
        "grant_types": ["authorization_code"],
        "token_endpoint_auth_method": "client_secret_basic",
        "id_token_signed_response_alg": "RS256",
        "require_auth_time": True,
    }
    async with provider({"clients": [client], "algorithm": "RS256", "claimsInIdToken": False}) as issuer:
        identity = f'[identity.provider]\nissuer = "{issuer}"\nclient_id = "congdan"\nclient_secret = "{SECRET}"'
        async with serving(tmp_path, port, identity):
            await page.goto(f"{at}/sign-in?to=/graphql")
            await page.wait_for_url(f"{at}/graphql")
            [status, told] = await page.evaluate(ASK, ME)
            assert (status, told["data"]["myIdentity"]["level"]) == (200, 1)
            await page.goto(f"{at}/sign-in?to=/graphql&level=2&step_up=1")
            await page.wait_for_url(f"{at}/graphql")
            after = (await page.evaluate(ASK, ME))[1]["data"]["myIdentity"]
            assert after == {"id": told["data"]["myIdentity"]["id"], "level": 2}
            assert await page.evaluate(LISTEN) == "connection_ack"
            assert await page.evaluate(POST, "/sign-out") == 200
            assert await page.evaluate("window.socketEnded") == [4403, "SESSION_ENDED"]
