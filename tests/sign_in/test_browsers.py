"""Signing in with a browser: there and back, cookies, stepping up, signing out; and what is refused on the way."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.sign_in.browser import Browser, browser, codes
from tests.sign_in.conftest import ServedCity

ME = "{ myIdentity { id level } }"


async def test_a_citizen_signs_in_asks_goes_on_and_signs_out(lan: Browser) -> None:
    back = await lan.sign_in("lan", to="/graphql?x=1")
    assert (back.status, back.location) == (303, "/graphql?x=1")
    assert back.headers["cache-control"] == "no-store"
    for cookie in back.cookies:
        said = {part.strip().lower() for part in cookie.split(";")}
        assert {"httponly", "samesite=lax"} <= said, cookie.partition("=")[0]
    assert await lan.ask(ME) == (200, {"data": {"myIdentity": {"id": "Identity:person-lan", "level": 1}}})
    status, again = await lan.post("/sign-in/refresh")
    assert (status, again) == (200, {"expiresInS": 300, "level": 1})
    assert (await lan.ask(ME))[1]["data"]["myIdentity"]["level"] == 1
    status, out = await lan.post("/sign-out")
    assert status == 200
    assert urlsplit(out["provider"]).path == "/simulator/end_session"
    assert "id_token_hint" not in out["provider"]
    assert codes((await lan.ask(ME))[1]) == ["UNAUTHENTICATED"]
    assert (await lan.post("/sign-in/refresh"))[0] == 401


async def test_a_session_that_ended_is_refused_at_once_though_its_token_is_good(
    served: ServedCity, lan: Browser
) -> None:
    back = await lan.sign_in("lan")
    token = next(c for c in back.cookies if c.startswith("congdanso=")).partition("=")[2].partition(";")[0]
    bearer = {"authorization": f"Bearer {token}"}
    assert (await lan.ask(ME, **bearer))[0] == 200
    await lan.post("/sign-out")
    async with asyncio.timeout(5):
        while (answer := await lan.ask(ME, **bearer))[0] == 200:
            await asyncio.sleep(0.02)
    assert (answer[0], codes(answer[1])) == (401, ["SESSION_ENDED"])


async def test_stepping_up_raises_the_level_of_the_same_session(served: ServedCity, lan: Browser) -> None:
    await lan.sign_in("lan", level=1)
    before = (await lan.ask(ME))[1]["data"]["myIdentity"]["level"]
    await lan.sign_in("lan", level=2, step_up=True)
    after = (await lan.ask(ME))[1]["data"]["myIdentity"]["level"]
    assert (before, after) == (1, 2)


async def test_somebody_else_cannot_step_up_for_the_one_who_is_signed_in(lan: Browser) -> None:
    await lan.sign_in("lan", level=1)
    page = await lan.sign_in("hoa", level=2, step_up=True)
    assert (page.status, "LOGIN_OTHER_PERSON" in page.text) == (400, True)
    assert (await lan.ask(ME))[1]["data"]["myIdentity"] == {"id": "Identity:person-lan", "level": 1}


async def test_who_refuses_at_the_provider_is_told_so_and_not_signed_in(lan: Browser) -> None:
    page = await lan.get(await lan.decide(await lan.consent("/sign-in"), "lan", 1, "refuse"))
    assert page.status == 400
    assert "Bạn đã từ chối đăng nhập" in page.text
    assert codes((await lan.ask(ME))[1]) == ["UNAUTHENTICATED"]


@pytest.mark.parametrize(
    "to", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "evil", "/%0d%0ax: y"]
)
async def test_no_sign_in_leads_elsewhere(lan: Browser, to: str) -> None:
    page = await lan.get("/sign-in?" + urlencode({"to": to.replace("%0d%0a", "\r\n")}))
    assert (page.status, "OPEN_REDIRECT" in page.text, page.location) == (400, True, "")


async def test_a_callback_is_good_once_and_in_its_own_browser_alone(served: ServedCity, lan: Browser) -> None:
    back = await lan.decide(await lan.consent("/sign-in"), "lan", 1)
    async with browser(served.at) as other:
        page = await other.get(back)
        assert (page.status, "LOGIN_OTHER_BROWSER" in page.text) == (400, True)
        assert codes((await other.ask(ME))[1]) == ["UNAUTHENTICATED"]
    raced = await asyncio.gather(lan.get(back), lan.get(back), lan.get(back))
    assert sorted(page.status for page in raced) == [303, 400, 400]
    refused = [page for page in raced if page.status == 400]
    assert all("LOGIN_USED" in page.text or "LOGIN_OTHER_BROWSER" in page.text for page in refused)
    unknown = await lan.get("/sign-in/callback?code=x&state=never")
    assert (unknown.status, "LOGIN_UNKNOWN" in unknown.text) == (400, True)


async def test_another_providers_answer_is_refused_before_its_code_goes_anywhere(lan: Browser) -> None:
    back = await lan.decide(await lan.consent("/sign-in"), "lan", 1)
    given = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    page = await lan.get("/sign-in/callback?" + urlencode({**given, "iss": "https://other.example"}))
    assert (page.status, "PROVIDER_MISMATCH" in page.text) == (400, True)


async def test_a_refresh_that_comes_twice_ends_the_session(lan: Browser, served: ServedCity) -> None:
    back = await lan.sign_in("lan")
    first = next(c for c in back.cookies if c.startswith("congdanso-refresh=")).partition("=")[2].partition(";")[0]
    assert (await lan.post("/sign-in/refresh"))[0] == 200
    async with browser(served.at) as thief:
        thief.session.cookie_jar.update_cookies({"congdanso-refresh": first})
        status, answer = await thief.post("/sign-in/refresh")
    assert (status, codes(answer)) == (401, ["REFRESH_REUSED"])
    status, answer = await lan.post("/sign-in/refresh")
    assert (status, codes(answer)) == (401, ["SESSION_ENDED"])


@pytest.mark.parametrize("path", ["/graphql", "/sign-in/refresh", "/sign-out"])
async def test_another_sites_page_does_nothing_with_the_cookies(lan: Browser, path: str) -> None:
    await lan.sign_in("lan")
    status, answer = await lan.post(path, {"query": ME}, origin="https://evil.example")
    assert (status, codes(answer)) == (403, ["FOREIGN_PAGE"])
    assert (await lan.ask(ME))[1]["data"]["myIdentity"]["id"] == "Identity:person-lan"


async def test_who_is_in_no_session_signs_out_without_complaint(lan: Browser) -> None:
    assert await lan.post("/sign-out") == (200, {"provider": None})
