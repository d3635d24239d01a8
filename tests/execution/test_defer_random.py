"""Whatever is deferred, the parts together are the answer without ``@defer``."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from graphql import parse, validate

from gateway.execution.engine import Engine
from gateway.planner.public import with_defer
from gateway.request import GraphQLRequest, RequestScope
from identity.actor import Actor
from tests.execution.parts import ask_in_parts, deferring
from tests.execution.recorded import SUPERGRAPH, City
from tests.federation.city import FIELDS, behaviours
from tests.federation.memory import Row
from tests.federation.random_queries import RandomQuery

OFFICER = Actor(id="officer", scopes=frozenset({"citizens:read"}))
SCHEMA = with_defer(SUPERGRAPH.public_schema)
PER_SEED = 25
SEEDS = [*range(4), *(pytest.param(n, marks=pytest.mark.slow) for n in range(4, 10))]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """What is masked is logged, hundreds of times."""
    structlog.configure(processors=[structlog.testing.LogCapture()])
    yield
    structlog.reset_defaults()


def random_operation(seed: int) -> tuple[str, dict[str, Any]] | None:
    """A valid operation with ``@defer`` in it, and its variables."""
    query = RandomQuery(SUPERGRAPH.public_schema, seed)
    booleans = [name for name in ("yes", "no") if f"${name}:" in query.text]
    text = deferring(query.text, seed, booleans)
    document = parse(text)
    return None if validate(SCHEMA, document) else (text, query.variables)


def signs(errors: list[dict[str, Any]]) -> Counter[tuple[str, str]]:
    return Counter((error["message"], json.dumps(error.get("path"))) for error in errors)


async def whole(engine: Engine, text: str, variables: dict[str, Any], actor: Actor) -> Any:
    return await engine.execute(GraphQLRequest(text, None, variables), RequestScope(actor))


@pytest.mark.parametrize("batch", SEEDS)
async def test_the_parts_of_a_random_operation_are_its_whole_answer(batch: int) -> None:
    engine = City().engine
    outcomes: Counter[str] = Counter()
    for number in range(PER_SEED):
        if (operation := random_operation(batch * PER_SEED + number)) is None:
            outcomes["not valid"] += 1
            continue
        expected = await whole(engine, *operation, OFFICER)
        answer = await ask_in_parts(engine, *operation, OFFICER)
        assert answer.errors == expected.errors == [], operation
        assert answer.by_path == expected.data, operation
        assert answer.by_news == expected.data, operation
        outcomes["in parts" if answer.parts else "at once"] += 1
    assert outcomes["in parts"] > PER_SEED * 0.3, outcomes


def failing(row: Row) -> Any:
    raise ValueError(row["id"])


def city_with_gaps() -> City:
    """Fields that may be null fail, for some objects or for all."""
    own = behaviours()
    own["citizens"].fields = own["citizens"].fields | {"Citizen.home": failing}
    own["map"].fields = own["map"].fields | {"Park.area": failing, "School.head": failing, "Ward.agency": failing}
    own["feedback"].fields = own["feedback"].fields | {
        "Report.agency": lambda row: failing(row) if row["id"] in ("r1", "r4") else FIELDS["Report.agency"](row)
    }
    return City(own)


def broken_city() -> City:
    """Fields that may not be null fail or are null, too, so nulls rise."""
    own = behaviours()
    own["agencies"].fields = own["agencies"].fields | {"Agency.name": lambda row: None if row["id"] == "a2" else "x"}
    own["citizens"].fields = own["citizens"].fields | {
        "Citizen.level": lambda row: failing(row) if row["id"] == "c2" else 1,
        "Citizen.home": failing,
    }
    own["map"].fields = own["map"].fields | {"Park.center": failing}
    return City(own)


@pytest.mark.parametrize("batch", SEEDS)
async def test_where_fields_fail_the_parts_say_the_errors_of_the_whole_answer(batch: int) -> None:
    engine = city_with_gaps().engine
    outcomes: Counter[str] = Counter()
    for number in range(PER_SEED):
        if (operation := random_operation(batch * PER_SEED + number)) is None:
            continue
        expected = await whole(engine, *operation, OFFICER)
        answer = await ask_in_parts(engine, *operation, OFFICER)
        assert answer.by_path == expected.data, operation
        assert answer.by_news == expected.data, operation
        assert signs(answer.errors) == signs(expected.errors), operation
        outcomes["late errors"] += answer.errors != answer.first.errors
    assert outcomes["late errors"] > 0


@pytest.mark.parametrize("batch", SEEDS)
async def test_where_nulls_rise_the_parts_hold_no_value_that_the_whole_answer_has_not(batch: int) -> None:
    engine = broken_city().engine
    outcomes: Counter[str] = Counter()
    for number in range(PER_SEED):
        if (operation := random_operation(batch * PER_SEED + number)) is None:
            continue
        expected = await whole(engine, *operation, OFFICER)
        answer = await ask_in_parts(engine, *operation, OFFICER)
        assert bool(answer.errors) == bool(expected.errors), operation
        nulls = [patch for patch in answer.patches if patch.data is None]
        assert all(patch.errors for patch in nulls), operation
        if not nulls:
            assert answer.by_path == answer.by_news == expected.data, operation
        elif expected.data is not None:
            _agree(answer.by_path, expected.data, operation)
            _agree(answer.by_news, expected.data, operation)
        outcomes["null" if nulls else "in parts" if answer.parts else "at once"] += 1
    assert outcomes["null"] > 0, outcomes
    assert outcomes["in parts"] > 0, outcomes


def _agree(ours: Any, whole: Any, operation: object) -> None:
    """Ours is what the whole answer is, but for keys that did not come and nulls that rose further there."""
    if whole is None:
        return
    assert ours is not None, operation
    if isinstance(ours, dict):
        assert ours.keys() <= whole.keys(), operation
        for key, value in ours.items():
            _agree(value, whole[key], operation)
    elif isinstance(ours, list):
        assert len(ours) == len(whole), operation
        for one, other in zip(ours, whole, strict=True):
            _agree(one, other, operation)
    else:
        assert ours == whole, operation
