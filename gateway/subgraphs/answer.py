"""Bytes of a remote subgraph -> its answer, with every way in which it may not be a GraphQL response."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import orjson

from gateway.request import RequestScope, SubgraphAnswer
from gateway.subgraphs.errors import (
    ERRORS_MAX,
    SUBREQUEST_HTTP_ERROR,
    SUBREQUEST_MALFORMED_RESPONSE,
    fault,
    mask_remote,
)
from gateway.subgraphs.transport import HttpAnswer

GRAPHQL_RESPONSE = "application/graphql-response+json"
_MEDIA_TYPES = (GRAPHQL_RESPONSE, "application/json")
# A service may say anything here, and the client is told: a usual name passes, an address does not.
_PLAIN_TYPE: Final = re.compile(r"[a-z]{1,20}/[a-z+-]{1,40}\Z")


def decoded(answer: HttpAnswer, service: str, scope: RequestScope) -> SubgraphAnswer:
    """The answer of ``service``; what is no GraphQL response becomes ``data: None`` and one error with a fixed code."""
    # By the GraphQL over HTTP specification only this media type vouches for a body that comes with an error status.
    if not 200 <= answer.status < 300 and answer.media_type != GRAPHQL_RESPONSE:
        message = f"{service} answered HTTP {answer.status}"
        return _failed(fault(service, SUBREQUEST_HTTP_ERROR, message, status=answer.status))
    if answer.media_type not in _MEDIA_TYPES:
        found = answer.media_type if _PLAIN_TYPE.match(answer.media_type) else "something"
        return malformed(service, f"{service} answered {found} instead of JSON")
    try:
        payload = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return malformed(service, f"{service} answered what is not JSON")
    return checked(payload, service, scope)


def checked(payload: Any, service: str, scope: RequestScope) -> SubgraphAnswer:
    """A decoded response map, with its errors masked. Its data is looked at by the projection, not here."""
    if not isinstance(payload, dict):
        return malformed(service, f"{service} answered JSON that is not a response map")
    data = payload.get("data")
    errors = payload.get("errors")
    if data is not None and not isinstance(data, dict):
        return malformed(service, f"{service} answered data that is not an object")
    if errors is not None and not isinstance(errors, list):
        return malformed(service, f"{service} answered errors that are not a list")
    if not errors:
        if data is None:
            return malformed(service, f"{service} answered neither data nor errors")
        return {"data": data, **_event_id(payload)}
    masked = [mask_remote(error, service, scope) for error in errors[:ERRORS_MAX]]
    if len(errors) > ERRORS_MAX:
        message = f"{service} answered {len(errors)} errors: the first {ERRORS_MAX} are told"
        masked.append(fault(service, SUBREQUEST_MALFORMED_RESPONSE, message))
    return {"data": data, "errors": masked, **_event_id(payload)}


def _event_id(payload: Mapping[str, Any]) -> SubgraphAnswer:
    """The one extension that is the client's to know: what it resumes a subscription by."""
    extensions = payload.get("extensions")
    event_id = extensions.get("eventId") if isinstance(extensions, dict) else None
    return {"extensions": {"eventId": event_id}} if isinstance(event_id, str) else {}


def malformed(service: str, message: str) -> SubgraphAnswer:
    """The answer that stands for one that could not be read."""
    return _failed(fault(service, SUBREQUEST_MALFORMED_RESPONSE, message))


def _failed(error: dict[str, Any]) -> SubgraphAnswer:
    return {"data": None, "errors": [error]}
