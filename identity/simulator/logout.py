"""Signing out: by the browser, with every client of the session told by a logout token."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from typing import Any, Final

import aiohttp
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from identity.simulator.core import Core, Wrong, fields_of, sent_back
from identity.simulator.keys import SigningKey
from identity.simulator.pages import sign_out_page, signed_out_page, wrong_page

log = structlog.get_logger("identity.simulator")

EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
_TELL_WITHIN_S: Final = 3.0
_LIFETIME_S: Final = 120
_DECIDE_WITHIN_S: Final = 600


class Logout:
    def __init__(self, core: Core) -> None:
        self._core = core

    async def ask(self, request: Request) -> Response:
        """``/end_session``: at once with an id_token of the session; else the person is asked."""
        try:
            fields = await fields_of(request)
            if "request" in fields:
                kept = self._core.store.take("signing_out", fields["request"])
                found = self._core.session(request)
                if kept is None:
                    raise Wrong("invalid_request", "the page is too old")
                return self._ended(found[0] if found else None, kept["back"], kept["state"])
            hint = self._hint(fields.get("id_token_hint"))
            back = self._back_to(fields, hint)
        except Wrong as wrong:
            return wrong_page(wrong.error, wrong.description, wrong.status)
        state = fields.get("state", "")
        if hint is not None:
            return self._ended(hint["sid"], back, state)
        id = secrets.token_urlsafe(32)
        self._core.store.put("signing_out", id, {"back": back, "state": state}, lifetime_s=_DECIDE_WITHIN_S)
        return sign_out_page(id)

    async def end_session(self, sid: str) -> int:
        """End a session and tell its clients; how many took it."""
        session = self._core.store.take("session", sid)
        return await self._tell(sid, session) if session is not None else 0

    def _ended(self, sid: str | None, back: str, state: str) -> Response:
        session = self._core.store.take("session", sid) if sid else None
        response = sent_back(back, {"state": state} if state else {}) if back else signed_out_page()
        if sid is not None and session is not None:
            response.background = BackgroundTask(self._tell, sid, session)
        self._core.remember(response, "", lifetime_s=0)
        return response

    def _hint(self, token: str | None) -> dict[str, Any] | None:
        """The claims of an id_token of ours, which may be old. Raises: Wrong: invalid_request."""
        if token is None:
            return None
        keys = self._core.keys
        try:
            claims = jwt.decode(token, lambda given: _found(keys.find(given.headers().get("kid"))), [keys.algorithm])
        except (JoseError, ValueError, TypeError, KeyError):
            raise Wrong("invalid_request", "id_token_hint is not one of ours") from None
        return claims.claims

    def _back_to(self, fields: Mapping[str, str], hint: Mapping[str, Any] | None) -> str:
        """Where the browser goes on; "" is nowhere. Raises: Wrong: invalid_request."""
        client_id = fields.get("client_id", hint["aud"] if hint else None)
        if hint is not None and client_id != hint["aud"]:
            raise Wrong("invalid_request", "id_token_hint is another client's")
        uri = fields.get("post_logout_redirect_uri", "")
        client = self._core.settings.client(client_id)
        if uri and (client is None or uri not in client.logout_uris):
            raise Wrong("invalid_request", "post_logout_redirect_uri is not one of the client's")
        return uri

    async def _tell(self, sid: str, session: Mapping[str, Any]) -> int:
        told = [self._core.settings.client(client_id) for client_id in session["clients"]]
        calls = [
            self._send(client.client_id, client.backchannel_uri, sid, session["person"])
            for client in told
            if client is not None and client.backchannel_uri
        ]
        return sum(await asyncio.gather(*calls))

    async def _send(self, client_id: str, uri: str, sid: str, person: str) -> bool:
        form = {"logout_token": self.logout_token(client_id, sid, self._core.people[person].subject)}
        timeout = aiohttp.ClientTimeout(total=_TELL_WITHIN_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as http,
                http.post(uri, data=form, allow_redirects=False) as response,
            ):
                is_taken = response.status in (200, 204)
        except (aiohttp.ClientError, OSError, TimeoutError):
            is_taken = False
        if not is_taken:
            log.warning("a client did not take a logout token", client=client_id)
        return is_taken

    def logout_token(self, client_id: str, sid: str, subject: str) -> str:
        now, key = self._core.now(), self._core.keys.current()
        claims = {
            "iss": self._core.settings.issuer,
            "aud": client_id,
            "iat": now,
            "exp": now + _LIFETIME_S,
            "jti": secrets.token_urlsafe(24),
            "sub": subject,
            "sid": sid,
            "events": {EVENT: {}},
        }
        algorithm = self._core.keys.algorithm
        header = {"alg": algorithm, "kid": key.kid, "typ": "logout+jwt"}
        return jwt.encode(header, claims, key, algorithms=[algorithm])


def _found(key: SigningKey | None) -> SigningKey:
    if key is None:
        raise KeyError("kid")
    return key
