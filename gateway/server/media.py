"""Media types: what the client accepts, and what it sent."""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from typing import Final

from gateway.server.refusals import HTTPRefusal


class Media(Enum):
    """What an answer may be written as; the value is its Content-Type."""

    JSON = b"application/json; charset=utf-8"
    RESPONSE_JSON = b"application/graphql-response+json; charset=utf-8"
    EVENTS = b"text/event-stream; charset=utf-8"


_OFFERED = {
    "application/graphql-response+json": Media.RESPONSE_JSON,
    "application/json": Media.JSON,
    "text/event-stream": Media.EVENTS,
    "application/*": Media.JSON,
    "*/*": Media.JSON,
}

PREFLIGHTED: Final = frozenset({"x-requested-with", "graphql-require-preflight", "apollo-require-preflight"})
"""Headers by which a client shows that no form of a foreign page sent this."""


@lru_cache(maxsize=512)
def negotiate(accept: str) -> Media | None:
    """The offered type that the client likes best; the first named among equals, None when it likes none.

    No ``Accept`` at all is JSON, as the GraphQL over HTTP specification has it for clients from before it.
    """
    if not accept.strip():
        return Media.JSON
    best: Media | None = None
    best_rank = (0.0, False)
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        media = _OFFERED.get(name)
        rank = (quality(parameters), "*" not in name)
        if media is not None and rank[0] > 0 and rank > best_rank:
            best, best_rank = media, rank
    return best


def quality(parameters: list[str]) -> float:
    """How much a client likes a type, from 0 (not at all) to 1, by the type's parameters in lower case."""
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0


@lru_cache(maxsize=512)
def wants_page(accept: str) -> bool:
    """Whether this is a browser that opens the address: it names HTML, and none of the types of an API."""
    names = {part.split(";")[0].strip().lower() for part in accept.split(",")}
    return "text/html" in names and not names & {"application/graphql-response+json", "application/json"}


def check_sent(headers: dict[str, str]) -> None:
    """Let JSON in UTF-8 pass, uncompressed.

    Every other type that a form of a foreign page can send without asking first is refused here, before anything runs.

    Raises:
        HTTPRefusal: UNSUPPORTED_MEDIA_TYPE, UNSUPPORTED_CHARSET, UNSUPPORTED_CONTENT_ENCODING, CSRF_HEADER_MISSING.
    """
    sent = headers.get("content-type", "")
    if sent != "application/json":
        _check_type(sent, headers)
    if headers.get("content-encoding", "identity").strip().lower() not in ("identity", ""):
        raise HTTPRefusal(415, "UNSUPPORTED_CONTENT_ENCODING", "Send the body uncompressed.")


def _check_type(sent: str, headers: dict[str, str]) -> None:
    name, *parameters = (piece.strip().lower() for piece in sent.split(";"))
    if name == "multipart/form-data" and not PREFLIGHTED & headers.keys():
        text = "multipart/form-data needs a header that pages cannot send unasked, such as X-Requested-With."
        raise HTTPRefusal(403, "CSRF_HEADER_MISSING", text)
    if name != "application/json":
        raise HTTPRefusal(415, "UNSUPPORTED_MEDIA_TYPE", "Send the request as application/json.")
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "charset" and value.strip(' "') not in ("utf-8", "utf8"):
            raise HTTPRefusal(415, "UNSUPPORTED_CHARSET", "Send JSON in UTF-8.")
