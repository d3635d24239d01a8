"""/sign-in/token, /sign-in/refresh, /sign-out: what lets somebody in, made anew and ended.

POST /sign-in/token          {"ticket", "code_verifier"} or {"refresh_token"}: tokens, for an app
POST /sign-in/refresh        cookies anew, for a browser
POST /sign-out               ends the session; {"provider": where the provider's own is ended, or null}
POST /sign-in/logged-out     the provider tells that its session has ended (OpenID back-channel logout 1.0)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import parse_qs

import orjson
from starlette.requests import Request
from starlette.responses import Response

from gateway.server.body import ClientGone, read_body
from gateway.server.cookies import SessionCookies
from gateway.server.identification import bearer, headers_of, refusing, token_of
from gateway.server.media import check_sent
from gateway.server.refusals import HTTPRefusal, refusal_response
from gateway.server.served import SignsOn
from gateway.server.settings import ServerSettings
from identity.provider.errors import ProviderDown, ProviderRefused
from identity.signed import Pair
from schema.errors import Refused

_UNSTORED: Final = {"Cache-Control": "no-store"}
_UNAUTHORISED: Final = frozenset(
    ("TICKET_INVALID", "INVALID_REFRESH", "REFRESH_REUSED", "SESSION_ENDED", "SESSION_EXPIRED", "PERSON_ERASED")
)


class SessionRoutes:
    """``sign_on``: asked for each request, since it may be exchanged."""

    def __init__(self, sign_on: Callable[[], SignsOn], cookies: SessionCookies, settings: ServerSettings) -> None:
        self._sign_on = sign_on
        self._cookies = cookies
        self._settings = settings

    async def token(self, request: Request) -> Response:
        """An app's ticket or refresh token, for tokens."""

        async def act() -> Response:
            check_sent(headers_of(request.scope))
            body = await self._body(request)
            match body:
                case {"ticket": str(ticket), "code_verifier": str(verifier)}:
                    pair = await self._sign_on().redeem(ticket, verifier)
                case {"refresh_token": str(refresh)}:
                    pair = await self._sign_on().refresh(refresh)
                case _:
                    text = "Send ticket and code_verifier, or refresh_token."
                    raise HTTPRefusal(400, "BAD_REQUEST", text)
            return _json(_told(pair))

        return await self._answered(act)

    async def refresh(self, request: Request) -> Response:
        """A browser's cookies, anew."""

        async def act() -> Response:
            headers = headers_of(request.scope)
            self._cookies.check_page(headers)
            token = self._cookies.read(headers, self._cookies.refresh)
            if token is None:
                raise HTTPRefusal(401, "INVALID_REFRESH", "There is no session here: sign in.")
            pair = await self._sign_on().refresh(token)
            response = _json({"expiresInS": pair.expires_in_s, "level": pair.level})
            self._cookies.put(response, self._cookies.access, pair.access, pair.expires_in_s)
            self._cookies.put(response, self._cookies.refresh, pair.refresh, pair.refresh_in_s)
            return response

        return await self._answered(act)

    async def act_for(self, request: Request) -> Response:
        """A helper's token to act for another, for a while."""

        async def act() -> Response:
            headers = headers_of(request.scope)
            check_sent(headers)
            actor = await self._sign_on().actor_of(token_of(headers, self._cookies))
            body = await self._body(request)
            if not isinstance(body, dict) or not isinstance(body.get("delegation"), str):
                raise HTTPRefusal(400, "BAD_REQUEST", "Send the delegation's id.")
            access, expires_in_s = await self._sign_on().act_for(actor, body["delegation"])
            return _json({"access_token": access, "token_type": "Bearer", "expires_in": expires_in_s})

        return await self._answered(act)

    async def sign_out(self, request: Request) -> Response:
        """End the session of the token or the cookies."""

        async def act() -> Response:
            headers = headers_of(request.scope)
            token, refresh = bearer(headers.get("authorization")), None
            if token is None:
                self._cookies.check_page(headers)
                token = self._cookies.read(headers, self._cookies.access)
                refresh = self._cookies.read(headers, self._cookies.refresh)
            session = await self._sign_on().session_of(token, refresh)
            provider = await self._sign_on().sign_out(session) if session else None
            response = _json({"provider": provider})
            self._cookies.drop(response, self._cookies.access, self._cookies.refresh)
            return response

        return await self._answered(act)

    async def logged_out(self, request: Request) -> Response:
        """The provider's session has ended; ours of it end too."""

        async def act() -> Response:
            text = await read_body(headers_of(request.scope), request.receive, self._settings)
            tokens = _form(text).get("logout_token", [])
            if len(tokens) != 1:
                raise HTTPRefusal(400, "BAD_REQUEST", "Send one logout_token as a form.")
            await self._sign_on().logged_out(tokens[0])
            return Response(status_code=200, headers=_UNSTORED)

        return await self._answered(act)

    async def _body(self, request: Request) -> Any:
        text = await read_body(headers_of(request.scope), request.receive, self._settings)
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            raise HTTPRefusal(400, "BAD_JSON", "The body is not JSON in UTF-8.") from None

    async def _answered(self, act: Callable[[], Awaitable[Response]]) -> Response:
        try:
            with refusing():
                return await act()
        except HTTPRefusal as refusal:
            return _refused(refusal)
        except Refused as refused:
            status = 401 if refused.code in _UNAUTHORISED else 503 if refused.code == "SIGN_IN_UNAVAILABLE" else 400
            return _refused(HTTPRefusal(status, refused.code, refused.message))
        except ProviderRefused as refused:
            return _refused(HTTPRefusal(400, refused.code, str(refused)))
        except ProviderDown as down:
            retry = {"Retry-After": str(round(down.retry_after_s) or 1)}
            return _refused(HTTPRefusal(503, "PROVIDER_DOWN", "The provider does not answer: try again.", retry))
        except ClientGone:
            return Response(status_code=400)


def _form(text: bytes) -> dict[str, list[str]]:
    try:
        return parse_qs(text.decode("ascii", "replace"), max_num_fields=5)
    except ValueError:
        return {}


def _told(pair: Pair) -> dict[str, Any]:
    """The names of RFC 6749, 5.1."""
    return {
        "access_token": pair.access,
        "token_type": "Bearer",
        "expires_in": pair.expires_in_s,
        "refresh_token": pair.refresh,
        "level": pair.level,
    }


def _json(body: dict[str, Any]) -> Response:
    return Response(orjson.dumps(body), headers=_UNSTORED, media_type="application/json")


def _refused(refusal: HTTPRefusal) -> Response:
    return refusal_response(refusal, _UNSTORED)
