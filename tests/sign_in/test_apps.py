"""Signing in with an app: the system's browser, a ticket in a redirect of its own scheme, tokens for the ticket."""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.sign_in.browser import Browser, codes

VERIFIER = secrets.token_urlsafe(32)
CHALLENGE = urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ASKED = {
    "redirect_uri": "congdanso://signed-in",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
    "state": "the app's own",
}
ME = "{ myIdentity { id } }"


async def ticket(app: Browser, decision: str = "agree") -> dict[str, str]:
    """What the app finds in its redirect."""
    asked = await app.consent("/sign-in/app?" + urlencode(ASKED))
    back = await app.get(await app.decide(asked, "lan", 1, decision))
    assert back.location.startswith("congdanso://signed-in?"), back.text
    assert not [cookie for cookie in back.cookies if cookie.startswith("congdanso=")]
    return {name: values[0] for name, values in parse_qs(urlsplit(back.location).query).items()}


async def test_an_app_gets_tokens_for_its_ticket_and_new_ones_for_its_refresh_token(lan: Browser) -> None:
    told = await ticket(lan)
    assert told["state"] == "the app's own"
    status, tokens = await lan.post("/sign-in/token", {"ticket": told["ticket"], "code_verifier": VERIFIER})
    assert status == 200
    assert (tokens["token_type"], tokens["expires_in"], tokens["level"]) == ("Bearer", 300, 1)
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}
    assert await lan.ask(ME, **bearer) == (200, {"data": {"myIdentity": {"id": "Identity:person-lan"}}})
    status, newer = await lan.post("/sign-in/token", {"refresh_token": tokens["refresh_token"]})
    assert status == 200
    assert newer["refresh_token"] != tokens["refresh_token"]
    status, answer = await lan.post("/sign-in/token", {"refresh_token": tokens["refresh_token"]})
    assert (status, codes(answer)) == (401, ["REFRESH_REUSED"])
    status, answer = await lan.post("/sign-in/token", {"refresh_token": newer["refresh_token"]})
    assert (status, codes(answer)) == (401, ["SESSION_ENDED"])


async def test_a_ticket_is_good_once_and_for_the_app_that_began_alone(lan: Browser) -> None:
    told = await ticket(lan)
    stolen = {"ticket": told["ticket"], "code_verifier": secrets.token_urlsafe(32)}
    status, answer = await lan.post("/sign-in/token", stolen)
    assert (status, codes(answer)) == (401, ["TICKET_INVALID"])
    own = {"ticket": told["ticket"], "code_verifier": VERIFIER}
    assert (await lan.post("/sign-in/token", own))[0] == 200
    status, answer = await lan.post("/sign-in/token", own)
    assert (status, codes(answer)) == (401, ["TICKET_INVALID"])


async def test_an_app_is_told_that_the_person_refused(lan: Browser) -> None:
    assert await ticket(lan, "refuse") == {"error": "LOGIN_DENIED", "state": "the app's own"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"redirect_uri": "congdanso://signed-in/else"}, "OPEN_REDIRECT"),
        ({"redirect_uri": "https://evil.example"}, "OPEN_REDIRECT"),
        ({"code_challenge": ""}, "PKCE_NEEDED"),
        ({"code_challenge_method": "plain"}, "PKCE_NEEDED"),
        ({"level": "3"}, "BAD_LEVEL"),
    ],
)
async def test_an_app_that_asks_wrongly_is_told_in_the_browser(
    lan: Browser, changed: dict[str, str], code: str
) -> None:
    page = await lan.get("/sign-in/app?" + urlencode({**ASKED, **changed}))
    assert (page.status, code in page.text, page.location) == (400, True, "")


@pytest.mark.parametrize("body", [{}, [], {"ticket": 1, "code_verifier": "x"}, {"refresh_token": None}, "x"])
async def test_what_is_no_request_for_tokens_is_told(lan: Browser, body: object) -> None:
    status, answer = await lan.post("/sign-in/token", body)
    assert (status, codes(answer)) == (400, ["BAD_REQUEST"])


@pytest.mark.parametrize("token", ["", "x" * 5000, "' OR 1=1 --", "đ", "\x00"])
async def test_what_is_no_refresh_token_is_refused(lan: Browser, token: str) -> None:
    status, answer = await lan.post("/sign-in/token", {"refresh_token": token})
    assert (status, codes(answer)) == (401, ["INVALID_REFRESH"])
