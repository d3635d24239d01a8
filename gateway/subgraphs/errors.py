"""The error values of a subgraph's answer, their fixed codes, and the rule of what a client may read.

A client reads an error's own message only where the message was written for clients: it carries a fixed code. Anything
else is ours: it is logged under an id, and the client gets the id and nothing of the text.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from itertools import islice
from typing import Any, Final

import structlog
from graphql import GraphQLError

from gateway.request import RequestScope
from schema.errors import Refused

INTERNAL_SERVER_ERROR: Final = "INTERNAL_SERVER_ERROR"
BAD_USER_INPUT: Final = "BAD_USER_INPUT"
SUBGRAPH_UNAVAILABLE: Final = "SUBGRAPH_UNAVAILABLE"
SUBGRAPH_CIRCUIT_OPEN: Final = "SUBGRAPH_CIRCUIT_OPEN"
SUBREQUEST_HTTP_ERROR: Final = "SUBREQUEST_HTTP_ERROR"
SUBREQUEST_TIMEOUT: Final = "SUBREQUEST_TIMEOUT"
SUBREQUEST_MALFORMED_RESPONSE: Final = "SUBREQUEST_MALFORMED_RESPONSE"
SUBREQUEST_TOO_LARGE: Final = "SUBREQUEST_TOO_LARGE"

ERRORS_MAX: Final = 1000
"""Of one answer of a remote subgraph. Each that is masked is a line of the log."""

_MESSAGE_MAX: Final = 2000
_WORD_MAX: Final = 200
_WORDS_MAX: Final = 20
_CODE_MAX: Final = 100
_STEPS_MAX: Final = 200
_NOT_PLAIN: Final = frozenset(("exception", "stacktrace", "serviceName"))
# Codes by which a server speaks of itself or of the request that the gateway wrote, never of the client's input.
_NOT_FOR_CLIENTS: Final = frozenset(
    {
        INTERNAL_SERVER_ERROR,
        "GRAPHQL_PARSE_FAILED",
        "GRAPHQL_VALIDATION_FAILED",
        "OPERATION_RESOLUTION_FAILURE",
        "PERSISTED_QUERY_NOT_FOUND",
        "DOWNSTREAM_SERVICE_ERROR",
    }
)
# SQLAlchemy's exceptions, too, have a ``code``: "e3q8". Ours are upper case.
_CODE: Final = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*\Z")

log = structlog.get_logger("gateway.subgraphs")


def is_client_code(code: object) -> bool:
    """Whether ``code`` is a fixed code that marks a message as written for clients."""
    if not isinstance(code, str) or len(code) > _CODE_MAX or code in _NOT_FOR_CLIENTS:
        return False
    return _CODE.match(code) is not None


def fault(service: str, code: str, message: str, **extensions: Any) -> dict[str, Any]:
    """An error about a whole request to the subgraph ``service``; it has no path yet."""
    return {"message": message, "extensions": {"code": code, "service": service, **extensions}}


def mask_exception(
    exception: BaseException, service: str, scope: RequestScope, path: list[str | int] | None = None
) -> dict[str, Any]:
    """The error that a client gets for an exception of a resolver.

    An exception with a fixed ``code`` (``Refused``, or a ``GraphQLError`` with ``extensions.code``) was written for the
    client and keeps its message. Any other is logged with its traceback.
    """
    extensions = getattr(exception, "extensions", None)
    code = getattr(exception, "code", None)
    if code is None and isinstance(extensions, Mapping):
        code = extensions.get("code")
    # A library's exception may have a code, too; its words were not written for clients.
    if isinstance(exception, (Refused, GraphQLError)) and is_client_code(code):
        error: dict[str, Any] = {
            "message": getattr(exception, "message", None) or str(exception),
            "extensions": {
                **(extensions if isinstance(extensions, Mapping) else {}),
                "code": code,
                "service": service,
            },
        }
    else:
        error = _internal(service=service)
        log.error(
            "an exception was masked",
            subgraph=service,
            path=path,
            error_id=error["extensions"]["id"],
            request_id=scope.request_id,
            exc_info=(type(exception), exception, exception.__traceback__),
        )
    if path is not None:
        error["path"] = path
    return error


def mask_remote(error: object, service: str, scope: RequestScope) -> dict[str, Any]:
    """The error that a client gets for one entry of ``errors`` in the answer of a remote subgraph.

    The subgraph's ``locations`` are dropped: they point into a document that the client never saw.
    """
    given: Mapping[str, Any] = error if isinstance(error, Mapping) else {}
    extensions = given.get("extensions")
    code = extensions.get("code") if isinstance(extensions, Mapping) else None
    message = given.get("message")
    if is_client_code(code) and isinstance(message, str):
        told = {**_plain(extensions), "code": code, "service": service}
        masked: dict[str, Any] = {"message": message[:_MESSAGE_MAX], "extensions": told}
    else:
        masked = _internal(service=service)
        log.error(
            "subgraph answered an error without a code for clients",
            subgraph=service,
            code=code[:_CODE_MAX] if isinstance(code, str) else None,
            text=message[:_MESSAGE_MAX] if isinstance(message, str) else None,
            error_id=masked["extensions"]["id"],
            request_id=scope.request_id,
        )
    if _is_path(path := given.get("path")):
        masked["path"] = path
    return masked


def _is_path(given: object) -> bool:
    """Names and indices, of which none counts from the end as Python's may: others have no place in an answer."""
    return (
        isinstance(given, list)
        and len(given) <= _STEPS_MAX
        and all(type(step) is str or (type(step) is int and step >= 0) for step in given)
    )


def _plain(extensions: Any) -> dict[str, Any]:
    """What a service says besides the code, as far as it is a few words or numbers: no stack, nothing nested."""
    plain = (
        (name, value)
        for name, value in extensions.items()
        if len(name) <= _WORD_MAX
        and name not in _NOT_PLAIN
        and (isinstance(value, bool | int | float) or (isinstance(value, str) and len(value) <= _WORD_MAX))
    )
    return dict(islice(plain, _WORDS_MAX))


def _internal(**extensions: Any) -> dict[str, Any]:
    return {
        "message": "Internal error",
        "extensions": {"code": INTERNAL_SERVER_ERROR, "id": uuid.uuid4().hex, **extensions},
    }
