"""/sign-in: browsers and apps, to the provider and back.

    GET /sign-in?to=/&level=1    a browser goes to the provider; at the end it has cookies and is at ``to``
    GET /sign-in/app?redirect_uri=&code_challenge=&code_challenge_method=S256&state=&level=1
                                 an app's browser does; at the end the app has a ticket at its redirect URI
    GET /sign-in/callback        the provider sends the browser back

``step_up=1`` on the first: the level of the session that the cookies are of is raised.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.server.cookies import SessionCookies
from gateway.server.envelope import OWN_POLICY
from gateway.server.identification import headers_of
from gateway.server.pages import sign_in_page
from gateway.server.served import SignsOn
from identity.device import device_of
from identity.once import draw
from identity.provider.errors import ProviderDown, ProviderRefused
from identity.signed import Aim, Back, Visitor
from schema.errors import Refused

LOGIN_S: Final = 600
_LEVELS: Final = {"1": 1, "2": 2}
_CHALLENGE_LENGTH: Final = 43
_STATE_MAX: Final = 500
_PATH_MAX: Final = 500


class SignInRoutes:
    """The routes of a browser's way there and back. ``sign_on``: asked for each request, since it may be exchanged."""

    def __init__(self, sign_on: Callable[[], SignsOn], cookies: SessionCookies) -> None:
        self._sign_on = sign_on
        self._cookies = cookies

    async def browser(self, request: Request) -> Response:
        """A browser signs in, or steps up."""

        async def begin() -> Response:
            asked = request.query_params
            aim = Aim("WEB", checked_path(asked.get("to", "/")), _level(asked), await self._stepping_up(request))
            return await self._to_provider(request, aim)

        return await self._answered(request, begin)

    async def app(self, request: Request) -> Response:
        """An app signs in, in the system's browser."""

        async def begin() -> Response:
            asked = request.query_params
            aim = Aim(
                "APP",
                _checked_redirect(asked.get("redirect_uri", ""), self._sign_on().app_redirects),
                _level(asked),
                app_challenge=_challenge(asked),
                app_state=asked.get("state", "")[:_STATE_MAX],
            )
            return await self._to_provider(request, aim)

        return await self._answered(request, begin)

    async def callback(self, request: Request) -> Response:
        """The provider has sent the browser back."""
        return await self._answered(request, lambda: self._come_back(request))

    async def _stepping_up(self, request: Request) -> str:
        if request.query_params.get("step_up") != "1":
            return ""
        headers = headers_of(request.scope)
        access, refresh = (self._cookies.read(headers, name) for name in (self._cookies.access, self._cookies.refresh))
        return await self._sign_on().session_of(access, refresh)

    async def _to_provider(self, request: Request, aim: Aim) -> Response:
        word = draw()
        response = RedirectResponse(await self._sign_on().begin(aim, word), 302, {"Cache-Control": "no-store"})
        self._cookies.put(response, self._cookies.browser, word, LOGIN_S)
        return response

    async def _come_back(self, request: Request) -> Response:
        asked = request.query_params
        headers = headers_of(request.scope)
        visitor = Visitor(self._cookies.read(headers, self._cookies.browser), device_of(headers.get("user-agent", "")))
        sign_on, state = self._sign_on(), asked.get("state", "")
        if "error" in asked or "code" not in asked:
            aim, code = await sign_on.failed(state, asked.get("error", ""), asked.get("iss"), visitor)
            return self._refused_to(aim, code)
        return self._go_on(await sign_on.finish(asked["code"], state, asked.get("iss"), visitor))

    def _go_on(self, back: Back) -> Response:
        if back.ticket is not None:
            return _to_app(back.aim, ticket=back.ticket)
        response = RedirectResponse(back.aim.target, 303, {"Cache-Control": "no-store"})
        if back.pair is not None:
            self._cookies.put(response, self._cookies.access, back.pair.access, back.pair.expires_in_s)
            self._cookies.put(response, self._cookies.refresh, back.pair.refresh, back.pair.refresh_in_s)
        self._cookies.drop(response, self._cookies.browser)
        return response

    def _refused_to(self, aim: Aim, code: str) -> Response:
        if aim.channel == "APP":
            return _to_app(aim, error=code)
        return sign_in_page(400, code, _again(aim))

    async def _answered(self, request: Request, act: Callable[[], Awaitable[Response]]) -> Response:
        request.scope[OWN_POLICY] = True
        try:
            return await act()
        except Refused as refused:
            status = 503 if refused.code == "SIGN_IN_UNAVAILABLE" else 400
            return sign_in_page(status, refused.code, "/sign-in")
        except ProviderRefused as refused:
            return sign_in_page(400, refused.code, "/sign-in")
        except ProviderDown as down:
            return sign_in_page(503, "PROVIDER_DOWN", "/sign-in", {"Retry-After": str(round(down.retry_after_s) or 1)})


def checked_path(to: str) -> str:
    """A path of this host, where a browser goes on.

    Raises:
        Refused: OPEN_REDIRECT, it leads elsewhere.
    """
    plain = to.isprintable() and to.isascii() and len(to) <= _PATH_MAX
    if not plain or not to.startswith("/") or to.startswith("//") or "\\" in to:
        raise Refused("to is a path of this host, such as /reports.", code="OPEN_REDIRECT", field="to")
    return to


def _checked_redirect(uri: str, allowed: tuple[str, ...]) -> str:
    if uri not in allowed:
        raise Refused(
            "redirect_uri is none that [identity] app_redirects lists, letter by letter.",
            code="OPEN_REDIRECT",
            field="redirect_uri",
        )
    return uri


def _level(asked: Mapping[str, str]) -> int:
    level = _LEVELS.get(asked.get("level", "1"))
    if level is None:
        raise Refused("level is 1 or 2.", code="BAD_LEVEL", field="level")
    return level


def _challenge(asked: Mapping[str, str]) -> str:
    challenge = asked.get("code_challenge", "")
    if len(challenge) != _CHALLENGE_LENGTH or asked.get("code_challenge_method") != "S256":
        raise Refused(
            "An app sends code_challenge, the S256 of its verifier (RFC 7636), and code_challenge_method=S256.",
            code="PKCE_NEEDED",
            field="code_challenge",
        )
    return challenge


def _to_app(aim: Aim, **said: str) -> Response:
    if aim.app_state:
        said["state"] = aim.app_state
    joint = "&" if "?" in aim.target else "?"
    return RedirectResponse(f"{aim.target}{joint}{urlencode(said)}", 302, {"Cache-Control": "no-store"})


def _again(aim: Aim) -> str:
    return f"/sign-in?{urlencode({'to': aim.target, 'level': aim.level})}"
