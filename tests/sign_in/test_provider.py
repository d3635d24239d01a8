"""The provider's side: it ends its session, and ours of it end; it is down, and nothing hangs."""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

import pytest

from gateway.commands.running import free_port
from gateway.host.city import open_city
from gateway.host.manifest import find_manifest
from gateway.host.moving import Door
from tests.sign_in.browser import Browser, browser, codes
from tests.sign_in.conftest import ServedCity

ME = "{ myIdentity { id } }"


async def test_signing_out_at_the_provider_ends_the_sessions_of_it_here(served: ServedCity, lan: Browser) -> None:
    await lan.sign_in("lan")
    page = await lan.get("/simulator/end_session?" + urlencode({"client_id": "congdanso"}))
    if 'name="request"' in page.text:
        asked = page.text.partition('name="request" value="')[2].partition('"')[0]
        await lan.form("/simulator/end_session", request=asked, decision="agree")
    async with asyncio.timeout(10):
        while (answer := await lan.ask(ME))[0] == 200:
            await asyncio.sleep(0.05)
    assert (answer[0], codes(answer[1])) == (401, ["SESSION_ENDED"])


@pytest.mark.parametrize("token", ["", "x", "eyJhbGciOiJub25lIn0.e30."])
async def test_a_logout_token_that_is_not_the_providers_ends_nothing(lan: Browser, token: str) -> None:
    await lan.sign_in("lan")
    page = await lan.form("/sign-in/logged-out", logout_token=token)
    assert page.status == 400
    assert (await lan.ask(ME))[0] == 200


async def test_while_the_provider_is_down_sign_in_says_when_to_come_back_and_all_else_goes_on(
    tmp_path: object, served: ServedCity, lan: Browser
) -> None:
    await lan.sign_in("lan")
    text = find_manifest().read_text(encoding="utf-8").replace("simulator = true", DOWN)
    folder = served.city.manifest.folder
    (folder / "down.toml").write_text(text[: text.index("[plugins.")] + "[plugins.vneid]\n[plugins.engagement]\n")
    port = free_port("127.0.0.1")
    city = open_city(folder / "down.toml", public_url=f"http://127.0.0.1:{port}")
    door = Door(city, port, "on")
    await door.open()
    try:
        async with browser(f"http://127.0.0.1:{port}") as other:
            for cookie in lan.session.cookie_jar:
                other.session.cookie_jar.update_cookies({cookie.key: cookie.value})
            page = await other.get("/sign-in")
            assert (page.status, "PROVIDER_DOWN" in page.text) == (503, True)
            assert int(page.headers["retry-after"]) >= 1
            assert (await other.ask(ME))[1] == {"data": {"myIdentity": {"id": "Identity:person-lan"}}}
            assert (await other.ask("{ identityLevels { level } }"))[0] == 200
            assert (await other.post("/sign-in/refresh"))[0] == 200
    finally:
        await door.close()


DOWN = """[identity.provider]
issuer = "http://127.0.0.1:9"
client_id = "congdanso"
client_secret = "never asked, since nobody is there"
"""
