"""The error values of a subgraph's answer, their fixed codes, and the rule of what a client may read.

A client reads an error's own message only where the message was written for clients: it carries a fixed code. Anything
else is ours: it is logged under an id, and the client gets the id and nothing of the text.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
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

_WORD_MAX: Final = 200
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
    return isinstance(code, str) and code not in _NOT_FOR_CLIENTS and _CODE.match(code) is not None


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
        masked: dict[str, Any] = {"message": message, "extensions": told}
    else:
        masked = _internal(service=service)
        log.error(
            "subgraph answered an error without a code for clients",
            subgraph=service,
            code=code if isinstance(code, str) else None,
            text=message if isinstance(message, str) else None,
            error_id=masked["extensions"]["id"],
            request_id=scope.request_id,
        )
    path = given.get("path")
    if isinstance(path, list) and all(isinstance(step, str | int) for step in path):
        masked["path"] = path
    return masked


def _plain(extensions: Any) -> dict[str, Any]:
    """What a service says besides the code, as far as it is a word or a number: no stack, nothing nested."""
    return {
        name: value
        for name, value in extensions.items()
        if isinstance(name, str)
        and name not in _NOT_PLAIN
        and (isinstance(value, bool | int | float) or (isinstance(value, str) and len(value) <= _WORD_MAX))
    }


def _internal(**extensions: Any) -> dict[str, Any]:
    return {
        "message": "Internal error",
        "extensions": {"code": INTERNAL_SERVER_ERROR, "id": uuid.uuid4().hex, **extensions},
    }
