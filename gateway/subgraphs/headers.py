"""Headers across the gateway, by allow list: the client's to a subgraph, and a subgraph's back to the client."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from gateway.request import RequestScope

_NAME: Final = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]{1,64}\Z")
_VALUE_MAX: Final = 1024
# Of the connection, and of a body that is not the one sent on.
_OF_THE_HOP: Final = frozenset(
    (
        *("accept", "accept-encoding", "connection", "content-encoding", "content-length", "content-type", "expect"),
        *("host", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"),
    )
)
_SECRETS: Final = frozenset(("authorization", "cookie", "proxy-authorization"))
# They are about one subgraph's answer, of which the client's is made with others; or they would set what is the
# gateway's own to set in the client's browser.
_OF_THE_GATEWAY: Final = frozenset(
    (
        *("accept-ranges", "age", "cache-control", "date", "etag", "expires", "last-modified", "pragma", "vary"),
        *("content-disposition", "content-location", "content-range", "location", "server", "set-cookie"),
        *("content-security-policy", "referrer-policy", "strict-transport-security", "x-content-type-options"),
        *("proxy-authenticate", "www-authenticate", "x-request-id"),
    )
)


def checked_client_header(name: str) -> str:
    """The name in lower case.

    Raises:
        ValueError: it is no header that may be passed on, and why.
    """
    name = _checked(name)
    if name in _SECRETS:
        raise ValueError(f"{name} never goes along: a subgraph learns who asks from the token that the gateway signs")
    return name


def checked_answer_header(name: str) -> str:
    """The name in lower case.

    Raises:
        ValueError: it is no header that may be handed back, and why.
    """
    name = _checked(name)
    if name in _OF_THE_GATEWAY or name.startswith("access-control-"):
        raise ValueError(f"{name} is the gateway's to say: it answers from several subgraphs")
    return name


def _checked(name: str) -> str:
    name = name.lower()
    if not _NAME.match(name):
        raise ValueError(f"{name!r} is no name of a header")
    if name in _OF_THE_HOP:
        raise ValueError(f"{name} is of one connection: it cannot be passed on")
    return name


def passed_values(names: tuple[str, ...], scope: RequestScope) -> tuple[str | None, ...]:
    """The client's values of these headers, None where it sent none."""
    return tuple(map(scope.headers.get, names)) if names else ()


def hand_back(names: tuple[str, ...], answered: Mapping[str, str], scope: RequestScope) -> None:
    """Add a subgraph's headers to those of the client's answer; different values of one header become a list."""
    for name in names:
        value = answered.get(name)
        if value is None or len(value) > _VALUE_MAX or not (value.isascii() and value.isprintable()):
            continue
        before = scope.answer_headers.get(name)
        if before is None:
            scope.answer_headers[name] = value
        elif value not in before.split(", ") and len(before) < _VALUE_MAX:
            scope.answer_headers[name] = f"{before}, {value}"
