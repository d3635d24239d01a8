"""Asking for one field as a client does, and what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, cast

from gateway.execution.errors import FORBIDDEN, UNAUTHENTICATED
from gateway.host.testing import AskedCity
from gateway.request import GraphQLRequest, GraphQLResponse, RequestScope
from identity.actor import Actor
from identity.levels import LEVEL_TOO_LOW
from tests.authorisation.arguments import arguments
from tests.authorisation.coordinates import Step, Way, selection
from tests.authorisation.table import Outcome

SILENCE_S = 0.3
"""A subscription that says nothing for so long has let one in."""
_GATE = (UNAUTHENTICATED, FORBIDDEN)
_NOT_FOR_HELPERS = "NOT_FOR_HELPERS"


@dataclass(frozen=True)
class Question:
    """An operation. ``path``: of the field that it is about, without the places in lists."""

    text: str
    kind: str
    path: tuple[str, ...]

    @classmethod
    def to(cls, city: AskedCity, way: Way, given: Mapping[str, str] | None = None) -> Question:
        """``given``: literals by path, for the last field's arguments."""
        schema = city.city.supergraph.public_schema
        by_coordinate = {step.coordinate: arguments(step.field) for step in way}
        last: Step = way[-1]
        by_coordinate[last.coordinate] = arguments(last.field, given)
        kind = way[0].parent.name.lower()
        return cls(f"{kind} {selection(schema, way, by_coordinate)}", kind, tuple(step.name for step in way))


async def answer(city: AskedCity, question: Question, actor: Actor) -> dict[str, Any]:
    """The answer, or the first of a subscription; ``{"silent": True}`` when none comes."""
    if question.kind != "subscription":
        return await city.answer(question.text, by=actor)
    stream = await city.city.engine.subscribe(GraphQLRequest(question.text), RequestScope(actor=actor))
    if isinstance(stream, GraphQLResponse):
        return stream.as_map()
    async with aclosing(cast("Any", stream)):
        try:
            first: GraphQLResponse = await asyncio.wait_for(anext(stream), SILENCE_S)
        except TimeoutError:
            return {"silent": True}
        except StopAsyncIteration:
            return {"ended": True}
        return first.as_map()


def outcome(question: Question, given: dict[str, Any]) -> Outcome:
    """What an answer means for whoever asked."""
    codes = [error["extensions"]["code"] for error in given.get("errors", ()) if _is_about(error, question.path)]
    if any(code in _GATE for code in codes):
        return "denied"
    told = [error["code"] for error in _user_errors(given.get("data"))]
    if LEVEL_TOO_LOW in codes + told:
        return "level too low"
    if not given.get("silent") and "data" not in given:
        return "not answered"
    by_rule = _NOT_FOR_HELPERS in codes + told or any(code in _GATE for code in told)
    return "refused by the rule" if by_rule else "allowed"


def _is_about(error: dict[str, Any], path: tuple[str, ...]) -> bool:
    """Whether it stands at the field or at one that it is within."""
    at = tuple(part for part in error.get("path", ()) if isinstance(part, str))
    return bool(at) and path[: len(at)] == at


def _user_errors(data: Any) -> list[dict[str, Any]]:
    payloads = [value for value in (data or {}).values() if isinstance(value, dict)]
    return [error for payload in payloads for error in payload.get("userErrors") or ()]
