"""The public audit's cases with ``@defer`` put in at random: keys, requirements, provided and abstract things, late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from graphql import parse, validate

from gateway.planner.public import with_defer
from gateway.request import GraphQLRequest, RequestScope
from tests.execution.parts import ask_in_parts, deferring
from tests.federation.test_audit import _cases, audit_engine

TRIES = 4


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    structlog.configure(processors=[structlog.testing.LogCapture()])
    yield
    structlog.reset_defaults()


def places(errors: list[dict[str, Any]]) -> Counter[tuple[str | int, ...]]:
    return Counter(tuple(error.get("path") or ()) for error in errors)


@pytest.mark.parametrize(("suite", "number", "case"), _cases())
async def test_the_parts_of_an_audit_case_are_its_whole_answer(suite: str, number: int, case: dict[str, Any]) -> None:
    schema = with_defer(audit_engine(suite).supergraph.public_schema)
    for seed in range(TRIES):
        text = deferring(case["query"], seed * 1000 + number, [])
        if validate(schema, parse(text)):
            continue
        expected = await audit_engine(suite).execute(GraphQLRequest(text), RequestScope())
        answer = await ask_in_parts(audit_engine(suite), text)
        if any(patch.data is None for patch in answer.patches):
            assert expected.errors != [], text
            continue
        assert answer.by_path == expected.data, text
        assert answer.by_news == expected.data, text
        assert places(answer.errors) == places(expected.errors), text
