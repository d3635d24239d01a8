"""The errors of a response: their codes, their paths in the client's words, and what a client may read of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from graphql import FieldNode, GraphQLError, get_location

from gateway.request import GraphQLResponse, RequestScope
from gateway.subgraphs.errors import mask_exception

GRAPHQL_PARSE_FAILED: Final = "GRAPHQL_PARSE_FAILED"
GRAPHQL_VALIDATION_FAILED: Final = "GRAPHQL_VALIDATION_FAILED"
BAD_USER_INPUT: Final = "BAD_USER_INPUT"
OPERATION_RESOLUTION_FAILURE: Final = "OPERATION_RESOLUTION_FAILURE"
RESPONSE_VALIDATION_FAILED: Final = "RESPONSE_VALIDATION_FAILED"
UNAUTHENTICATED: Final = "UNAUTHENTICATED"
FORBIDDEN: Final = "FORBIDDEN"
PLAN_LIMIT: Final = "PLAN_LIMIT"
RESPONSE_LIMIT: Final = "RESPONSE_LIMIT"

Path: TypeAlias = Sequence[str | int]
Mask: TypeAlias = Callable[[BaseException, RequestScope], dict[str, Any]]


class RequestError(Exception):
    """The request itself is at fault: nothing of it was executed. ``errors`` are the response's."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(errors[0]["message"])
        self.errors = errors

    @classmethod
    def of(cls, errors: Iterable[GraphQLError], code: str) -> RequestError:
        """Of graphql-core's errors; one that has a code in its extensions keeps it."""
        return cls([_formatted(error, code) for error in errors])

    @classmethod
    def one(cls, message: str, code: str) -> RequestError:
        return cls.of([GraphQLError(message)], code)

    def response(self) -> GraphQLResponse:
        return GraphQLResponse(errors=self.errors, executed=False)


def _formatted(error: GraphQLError, code: str) -> dict[str, Any]:
    formatted = dict(error.formatted)
    # A literal in a request can't have a path that helps: its location does.
    formatted.pop("path", None)
    formatted["extensions"] = {"code": code, **(error.extensions or {})}
    return formatted


def mask(exception: BaseException, scope: RequestScope) -> dict[str, Any]:
    """The default masking: of an exception without a fixed code the client sees an error id only."""
    return mask_exception(exception, "gateway", scope)


def field_error(message: str, code: str, path: Path, node: FieldNode | None = None) -> dict[str, Any]:
    """An error of one field of the response."""
    error: dict[str, Any] = {"message": message}
    if node is not None and node.loc is not None:
        line, column = get_location(node.loc.source, node.loc.start)
        error["locations"] = [{"line": line, "column": column}]
    error["path"] = list(path)
    error["extensions"] = {"code": code}
    return error


class ErrorPaths:
    """Which places of the response have an error already, so that a null there needs no further one."""

    __slots__ = ("_above", "_exact")

    def __init__(self, errors: Iterable[Mapping[str, Any]]) -> None:
        self._exact: set[tuple[str | int, ...]] = set()
        self._above: set[tuple[str | int, ...]] = set()
        for error in errors:
            self.add(error.get("path") or ())

    def add(self, path: Path) -> None:
        steps = tuple(path)
        self._exact.add(steps)
        self._above.update(steps[:length] for length in range(len(steps) + 1))

    def explain(self, path: Path) -> bool:
        """Whether an error lies at ``path``, above it or below it."""
        steps = tuple(path)
        return steps in self._above or any(steps[:length] in self._exact for length in range(len(steps)))
