"""The cookies of a browser that has signed in: what is in them, and whose page may use them.

A page never reads them (HttpOnly), other sites' requests do not bring them (SameSite=Lax, and the check below), and
over https they are bound to this host alone (``__Host-``, which takes the path /): no sibling plants its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from starlette.requests import cookie_parser
from starlette.responses import Response

from gateway.server.refusals import HTTPRefusal

_SAFE_SITES: Final = ("same-origin", "none")


class SessionCookies:
    """``secure``: whether browsers reach the gateway over https. ``origins``: of pages besides the gateway's own."""

    def __init__(self, *, secure: bool, origins: tuple[str, ...] = ()) -> None:
        self._secure = secure
        self._origins = origins
        self.access = "__Host-congdanso" if secure else "congdanso"
        self.refresh = "__Host-congdanso-refresh" if secure else "congdanso-refresh"
        self.browser = "__Host-congdanso-login" if secure else "congdanso-login"

    def put(self, response: Response, name: str, value: str, lifetime_s: int | None = None) -> None:
        """Set one. ``lifetime_s``: None is until the browser closes."""
        response.set_cookie(
            name, value, max_age=lifetime_s, path="/", secure=self._secure, httponly=True, samesite="lax"
        )

    def drop(self, response: Response, *names: str) -> None:
        for name in names:
            response.delete_cookie(name, path="/", secure=self._secure, httponly=True, samesite="lax")

    def read(self, headers: Mapping[str, str], name: str) -> str | None:
        """The cookie of that name. ``headers``: names in lower case."""
        text = headers.get("cookie")
        if not text or name not in text:
            return None
        # Read one by one: another app's cookie that is none must not sign anybody out.
        return cookie_parser(text).get(name) or None

    def check_page(self, headers: Mapping[str, str]) -> None:
        """What cookies authorise, only our own pages may ask.

        Raises:
            HTTPRefusal: 403 FOREIGN_PAGE.
        """
        site = headers.get("sec-fetch-site")
        origin = headers.get("origin")
        own = origin is not None and self._is_own(origin, headers.get("host"))
        if origin is None and site is None:
            # No browser of today leaves both out; what is no browser has a token of its own.
            raise _foreign()
        if not (own or origin in self._origins or (origin is None and site in _SAFE_SITES)):
            raise _foreign()

    def _is_own(self, origin: str, host: str | None) -> bool:
        # Over https, a page of the same name that came without it may be of anybody on the way.
        schemes = ("https",) if self._secure else ("https", "http")
        return bool(host) and origin in [f"{scheme}://{host}" for scheme in schemes]


@lru_cache(maxsize=8)
def session_cookies(secure: bool, origins: tuple[str, ...]) -> SessionCookies:
    """The cookies, made once."""
    return SessionCookies(secure=secure, origins=origins)


def _foreign() -> HTTPRefusal:
    text = "Cookies let in the app's own pages alone: send Authorization: Bearer <token>, or ask from there."
    return HTTPRefusal(403, "FOREIGN_PAGE", text)
