"""What the simulator's endpoints share, and how they read a request and say what is wrong with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from identity.people import Person
from identity.simulator.faults import Faults
from identity.simulator.keys import SigningKeys
from identity.simulator.settings import SimulatorSettings
from identity.simulator.store import Store

NO_STORE: Final = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
SESSION_COOKIE: Final = "simulator_session"
SESSION_LIFETIME_S: Final = 12 * 3600
_BODY_MOST: Final = 65_536
_FIELDS_MOST: Final = 50


class Wrong(Exception):  # noqa: N818, what a client or a browser did wrong
    """An error of OAuth, by its word. ``status``: where it is answered and not sent back by a redirect."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status

    def response(self) -> JSONResponse:
        headers = {**NO_STORE, **({"WWW-Authenticate": "Basic"} if self.status == 401 else {})}
        return JSONResponse({"error": self.error, "error_description": self.description}, self.status, headers)


@dataclass
class Core:
    """One simulator. ``clock``: epoch seconds."""

    settings: SimulatorSettings
    faults: Faults
    people: Mapping[str, Person]
    clock: Callable[[], float] = time.time

    def __post_init__(self) -> None:
        self.store = Store(self.settings.folder, clock=self.clock)
        self.keys = SigningKeys(self.store, self.settings.algorithm)

    def now(self) -> int:
        return int(self.clock())

    def session(self, request: Request) -> tuple[str, dict[str, Any]] | None:
        """The id and the content of the browser's session here."""
        id = request.cookies.get(SESSION_COOKIE, "")
        kept = self.store.get("session", id) if id else None
        return (id, kept) if kept is not None else None

    def remember(self, response: Response, id: str, *, lifetime_s: int = SESSION_LIFETIME_S) -> None:
        """Set the session's cookie; ``lifetime_s`` 0 takes it away."""
        response.set_cookie(
            SESSION_COOKIE,
            id,
            max_age=lifetime_s,
            path=self.settings.path,
            secure=self.settings.is_secure,
            httponly=True,
            samesite="lax",
        )


async def fields_of(request: Request) -> dict[str, str]:
    """The query, or the form of a POST. Raises: Wrong: invalid_request: too large, no form, or a field twice."""
    text = request.url.query
    if request.method == "POST":
        if request.headers.get("content-type", "").split(";")[0].strip() != "application/x-www-form-urlencoded":
            raise Wrong("invalid_request", "send a form", 415)
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > _BODY_MOST:
                raise Wrong("invalid_request", "too large", 413)
        text = body.decode(errors="replace")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_FIELDS_MOST)
    except ValueError:
        raise Wrong("invalid_request", "too many fields") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Wrong("invalid_request", "a field stands twice")
    return fields


def sent_back(uri: str, answer: Mapping[str, str]) -> Response:
    """A redirect to the client. 303: whatever the browser sent here, it must not send there."""
    return RedirectResponse(uri + ("&" if "?" in uri else "?") + urlencode(answer), 303, NO_STORE)
