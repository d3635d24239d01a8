"""The authorization endpoint: asks the person who it is and whether it agrees, and gives the client a code."""

from __future__ import annotations

import hmac
import secrets
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from identity.simulator.asking import Asked, find_client, parse_asked
from identity.simulator.core import SESSION_LIFETIME_S, Core, Wrong, fields_of, sent_back
from identity.simulator.pages import consent_page, wrong_page

_BROWSER_COOKIE: Final = "simulator_browser"
_DECIDE_WITHIN_S: Final = 600


class Authorization:
    def __init__(self, core: Core) -> None:
        self._core = core

    async def ask(self, request: Request) -> Response:
        """``/authorize``: the page, or the code at once for whom is signed in already."""
        try:
            fields = await fields_of(request)
            client, uri = find_client(self._core.settings, fields)
        except Wrong as wrong:
            return wrong_page(wrong.error, wrong.description, wrong.status)
        try:
            asked = parse_asked(fields, client.client_id, uri)
        except Wrong as wrong:
            return self._refused(uri, fields.get("state", ""), wrong.error, wrong.description)
        found = self._core.session(request)
        lacking = self._lacking(asked, found[1] if found else None)
        if lacking is None and found is not None:
            return self._code(asked, found[0], found[1])
        if "none" in asked.prompts:
            return self._refused(uri, asked.state, lacking or "login_required", "the person has to act")
        return self._page(request, asked, found[1]["person"] if found else "")

    async def decide(self, request: Request) -> Response:
        """``/decide``: what the person chose on the page."""
        try:
            fields = await fields_of(request)
        except Wrong as wrong:
            return wrong_page(wrong.error, wrong.description, wrong.status)
        id = fields.get("request", "")
        kept = self._core.store.get("asked", id)
        browser = request.cookies.get(_BROWSER_COOKIE, "")
        # Another browser's page must not sign anybody in here.
        if kept is None or not hmac.compare_digest(browser.encode(), kept["browser"].encode()):
            return wrong_page("invalid_request", "the page is too old, or another browser's")
        asked = Asked.of(kept["asked"])
        if fields.get("decision") != "agree":
            self._core.store.take("asked", id)
            return self._refused(asked.redirect_uri, asked.state, "access_denied", "the person refused")
        person = self._core.people.get(fields.get("person", ""))
        level = {"1": 1, "2": 2}.get(fields.get("level", ""))
        if person is None or level is None:
            return self._again(id, asked, fields.get("person", ""), "Hãy chọn một người và một mức.")
        if level > person.level:
            return self._again(id, asked, person.name, f"{person.full_name} chỉ có định danh mức {person.level}.")
        if self._core.store.take("asked", id) is None:
            return wrong_page("invalid_request", "the page was used already")
        sid, session = self._sign_in(request, asked, person.name, level)
        response = self._code(asked, sid, session)
        self._core.remember(response, sid)
        return response

    def _lacking(self, asked: Asked, session: dict[str, Any] | None) -> str | None:
        """What keeps the code from being given without a page, in the words of ``prompt=none``; None: nothing."""
        if session is None or {"login", "select_account"}.intersection(asked.prompts):
            return "login_required"
        if asked.max_age is not None and self._core.now() - session["auth_time"] >= asked.max_age:
            return "login_required"
        if session["level"] < asked.level:
            return "interaction_required"
        if "consent" in asked.prompts or asked.client_id not in session["clients"]:
            return "consent_required"
        return None

    def _page(self, request: Request, asked: Asked, chosen: str) -> Response:
        id = secrets.token_urlsafe(32)
        browser = request.cookies.get(_BROWSER_COOKIE) or secrets.token_urlsafe(32)
        content = {"asked": asked.kept(), "browser": browser}
        self._core.store.put("asked", id, content, lifetime_s=_DECIDE_WITHIN_S)
        page = consent_page(id, asked.client_id, self._core.people.values(), chosen, asked.level)
        page.set_cookie(
            _BROWSER_COOKIE,
            browser,
            path=self._core.settings.path,
            secure=self._core.settings.is_secure,
            httponly=True,
            samesite="lax",
        )
        return page

    def _again(self, id: str, asked: Asked, chosen: str, wrong: str) -> Response:
        return consent_page(id, asked.client_id, self._core.people.values(), chosen, asked.level, wrong=wrong)

    def _sign_in(self, request: Request, asked: Asked, person: str, level: int) -> tuple[str, dict[str, Any]]:
        """The same person's session goes on, at the level that was chosen now; another's is a new one."""
        found = self._core.session(request)
        sid, clients = secrets.token_urlsafe(24), [asked.client_id]
        if found and found[1]["person"] == person:
            sid, clients = found[0], sorted({*found[1]["clients"], asked.client_id})
        session = {"person": person, "level": level, "auth_time": self._core.now(), "clients": clients}
        self._core.store.put("session", sid, session, lifetime_s=SESSION_LIFETIME_S)
        return sid, session

    def _code(self, asked: Asked, sid: str, session: dict[str, Any]) -> Response:
        code = secrets.token_urlsafe(32)
        content = {"asked": asked.kept(), "sid": sid, **session}
        self._core.store.put("code", code, content, lifetime_s=self._core.settings.code_lifetime_s)
        return self._back(asked.redirect_uri, asked.state, {"code": code})

    def _refused(self, uri: str, state: str, error: str, description: str) -> Response:
        return self._back(uri, state, {"error": error, "error_description": description})

    def _back(self, uri: str, state: str, answer: dict[str, str]) -> Response:
        with_state = {**answer, "state": state} if state else answer
        return sent_back(uri, {**with_state, "iss": self._core.settings.issuer})
