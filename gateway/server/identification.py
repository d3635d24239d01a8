"""Who is asking, by which name the request goes: from the headers of a request or a handshake to a ``RequestScope``."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import structlog
from starlette.types import Scope

from gateway.request import RequestScope
from gateway.server.cookies import SessionCookies
from gateway.server.refusals import HTTPRefusal
from gateway.server.served import Served
from identity.actor import Actor
from identity.jwks import KeysUnavailable
from identity.tokens import InvalidToken

log = structlog.get_logger("gateway.server")

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{3,63}\Z")
# A subgraph learns who asks from the scope's actor; the client's own credentials stay here.
_KEPT_BACK: Final = ("authorization", "cookie", "proxy-authorization")


def headers_of(scope: Scope) -> dict[str, str]:
    """Names in lower case; of a header sent twice the last one."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def valid_id(given: str | None) -> str:
    """The client's ``X-Request-Id`` where it is a plain token of 4 to 64 characters, else a new one."""
    return given if given is not None and _REQUEST_ID.match(given) else new_id()


def new_id() -> str:
    return os.urandom(12).hex()


def address_of(scope: Scope) -> str:
    """The client's address; that of the proxy's client when the proxy is a trusted one (uvicorn's doing)."""
    client = scope.get("client")
    return client[0] if client else ""


def bearer(header: str | None) -> str | None:
    """The token of an ``Authorization`` header.

    Raises:
        InvalidToken: INVALID_TOKEN, when it is of another scheme or empty.
    """
    if header is None:
        return None
    scheme, _, token = header.strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise InvalidToken("Authorization is: Bearer <token>.")
    return token.strip()


def token_of(headers: Mapping[str, str], cookies: SessionCookies) -> str | None:
    """The access token of a request or a handshake: its ``Authorization``, else its cookie.

    Raises:
        InvalidToken: the header is none.
        HTTPRefusal: FOREIGN_PAGE, where a cookie came with what another site's page asks.
    """
    token = bearer(headers.get("authorization"))
    if token is None and (token := cookies.read(headers, cookies.access)) is not None:
        cookies.check_page(headers)
    return token


async def identify(served: Served, headers: Mapping[str, str], cookies: SessionCookies) -> Actor:
    """Whose request it is.

    Raises:
        HTTPRefusal: 403 FOREIGN_PAGE; 401 with the token's own code, such as TOKEN_EXPIRED; 503 KEYS_UNAVAILABLE.
    """
    with refusing():
        return await served.authenticate(token_of(headers, cookies))


@contextmanager
def refusing() -> Iterator[None]:
    """Raises: HTTPRefusal: in place of what the check of a token raises."""
    try:
        yield
    except InvalidToken as error:
        challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
        raise HTTPRefusal(401, error.code, str(error), challenge) from None
    except KeysUnavailable:
        log.error("tokens cannot be checked, there are no keys to check them by")
        text = "Tokens cannot be checked at the moment: try again."
        raise HTTPRefusal(503, "KEYS_UNAVAILABLE", text, {"Retry-After": "10"}) from None


def new_scope(actor: Actor, name: str, headers: dict[str, str], timeout_s: float) -> RequestScope:
    """``name``: the request's id. ``timeout_s``: for all of it. Takes the client's credentials out of ``headers``."""
    for secret in _KEPT_BACK:
        headers.pop(secret, None)
    deadline = asyncio.get_running_loop().time() + timeout_s
    return RequestScope(actor=actor, request_id=name, headers=headers, deadline=deadline)


def at_expiry(actor: Actor, action: Callable[[], object]) -> asyncio.TimerHandle | None:
    """Call ``action`` when the actor's token ends; None when it never does."""
    if actor.expires_at is None:
        return None
    remaining_s = max(0.0, actor.expires_at - time.time())
    return asyncio.get_running_loop().call_later(remaining_s, action)
