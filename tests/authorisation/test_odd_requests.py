"""What no client sends is refused at the routes of signing in: with a code, never as a fault of ours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import nullcontext

import pytest

from gateway.server.cookies import SessionCookies
from gateway.server.refusals import HTTPRefusal
from tests.sign_in.browser import Browser, browser
from tests.sign_in.conftest import ServedCity

ODD = (
    "",
    "x",
    "é",
    "đ",
    "\x7f",
    "x" * 3000,
    "' OR 1=1 --",
    "%00",
    "%ff",
    "../../x",
    "[",
    "http://[",
    "null",
    "{}",
    "a=b",
)


@pytest.fixture
async def visitor(served: ServedCity) -> AsyncIterator[Browser]:
    async with browser(served.at) as opened:
        yield opened


async def test_odd_addresses_are_refused_with_a_page(visitor: Browser) -> None:
    met = {}
    for odd in ODD:
        for path in (
            f"/sign-in?to={odd}",
            f"/sign-in?level={odd}",
            f"/sign-in/app?redirect_uri={odd}",
            f"/sign-in/callback?state={odd}",
            f"/sign-in/callback?code={odd}&state={odd}&iss={odd}",
            f"/sign-in/callback?error={odd}&state={odd}",
        ):
            met[path] = (await visitor.get(path)).status
    assert {path: status for path, status in met.items() if status not in (302, 400)} == {}


async def test_odd_cookies_are_refused_with_a_page(visitor: Browser) -> None:
    met = {}
    for odd in ODD:
        if not odd.isprintable():
            continue  # No client of ours sends it in a header.
        headers = {"cookie": f"congdanso={odd}; congdanso-refresh={odd}; congdanso-login={odd}", "origin": visitor.at}
        for method, path in (
            ("GET", "/sign-in?step_up=1"),
            ("GET", "/sign-in/callback?code=x&state=x"),
            ("POST", "/sign-in/refresh"),
            ("POST", "/sign-out"),
        ):
            url = visitor.at + path
            async with visitor.session.request(method, url, headers=headers, allow_redirects=False) as response:
                met[odd, path] = response.status
    assert {asked: status for asked, status in met.items() if status not in (200, 302, 400, 401)} == {}


@pytest.mark.parametrize("path", ["/sign-in/refresh", "/sign-out"])
@pytest.mark.parametrize("origin", ["http://[", "null", "", "x", "http://", "//", "é", "http://evil.example"])
async def test_an_odd_origin_is_a_foreign_page(visitor: Browser, path: str, origin: str) -> None:
    status, answer = await visitor.post(path, origin=origin)
    assert (status, answer["errors"][0]["extensions"]["code"]) == (403, "FOREIGN_PAGE")


@pytest.mark.parametrize(
    ("origin", "is_own"),
    [("https://so.example", True), ("http://so.example", False), ("https://so.example.evil", False), ("null", False)],
)
def test_over_https_only_a_page_that_came_over_https_is_our_own(origin: str, is_own: bool) -> None:
    cookies = SessionCookies(secure=True)
    with nullcontext() if is_own else pytest.raises(HTTPRefusal):
        cookies.check_page({"origin": origin, "host": "so.example"})


@pytest.mark.parametrize(
    "body", [b"", b"a=1&b=2&c=3&d=4&e=5&f=6", b"logout_token=a&logout_token=b", b"\xff\xfe", b"logout_token=%ff", b"{}"]
)
async def test_an_odd_logout_is_refused(visitor: Browser, body: bytes) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    async with visitor.session.post(f"{visitor.at}/sign-in/logged-out", data=body, headers=headers) as response:
        assert response.status == 400, await response.text()


async def test_a_cookie_of_another_app_that_is_no_cookie_at_all_signs_nobody_out(visitor: Browser) -> None:
    await visitor.sign_in("lan")
    mine = "; ".join(f"{cookie.key}={cookie.value}" for cookie in visitor.session.cookie_jar)
    for other in ('a={"b": 1}', "a", "=", "a=b c", "a@b=c", "ü=1", '"'):
        headers = {"cookie": f"{other}; {mine}", "origin": visitor.at}
        body = {"query": "{ myIdentity { id } }"}
        async with visitor.session.post(f"{visitor.at}/graphql", json=body, headers=headers) as response:
            assert (await response.json())["data"] == {"myIdentity": {"id": "Identity:person-lan"}}, other
