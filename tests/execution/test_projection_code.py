"""Generated projections: the same as the interpreter's, which is the same as the plain reference's."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from graphql import build_schema
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.execution import project
from gateway.execution.budget import ResponseLimitError, ResponseLimits
from gateway.execution.interpret import Interpreter
from gateway.execution.project import DEFAULT_LIMITS, Projector
from gateway.execution.projection_code import Odd, ProjectionCode
from gateway.planner.plan import ProjectedField, Projection
from tests.execution.hand import projection_of
from tests.execution.projection_reference import CODE, Reference
from tests.execution.random_projections import RandomTree, holds, random_projection

SCHEMA = build_schema("""
    type Query { top: Item items: [Item!]! any: [Thing] json: JSON tags: [String!] }
    interface Thing { id: ID! }
    type Item implements Thing { id: ID! name: String price: Float below: Item }
    type Other implements Thing { id: ID! size: Int! }
    scalar JSON
""")


def _always(_field: ProjectedField) -> bool:
    return True


def _warm(projection: Projection) -> Projector:
    """A projector that has generated its code: by answering nothing, as often as it takes."""
    projector = Projector(projection, holds)
    for _ in range(project.GENERATED_AT):
        projector.project({}, [])
    assert projector._generated is not None
    return projector


@settings(max_examples=400, deadline=None)
@given(
    random=st.randoms(use_true_random=True),
    most_wrong=st.sampled_from((0, 1, 1, 9)),
    explained=st.lists(st.sampled_from(("id", "class", "_", 0, 1)), max_size=2),
)
def test_any_answer_is_projected_as_the_reference_does(
    random: Random, most_wrong: int, explained: list[str | int]
) -> None:
    projection = random_projection(random)
    tree = RandomTree(random, 0.2, most_wrong).object(projection)
    known: list[dict[str, Any]] = [{"message": "of a fetch", "path": explained}] if explained else []
    reference = Reference(holds, [explained] if explained else [])
    expected = reference.project(projection, tree)
    for projector in (_warm(projection), Interpreter(projection, holds)):
        errors = list(known)
        data = projector.project(tree, errors, DEFAULT_LIMITS)
        assert repr(data) == repr(expected)
        found = errors[len(known) :]
        assert [(error["path"], error["message"]) for error in found] == reference.errors
        assert all(error["extensions"] == {"code": CODE} for error in found)
    if not reference.errors and not explained:
        code = ProjectionCode(projection, holds)
        assert repr(code.compiled()(tree, DEFAULT_LIMITS.values, DEFAULT_LIMITS.characters)) == repr(expected)


@settings(max_examples=200, deadline=None)
@given(random=st.randoms(use_true_random=True), values=st.integers(0, 60), characters=st.integers(0, 40))
def test_the_limits_of_a_response_are_the_interpreters(random: Random, values: int, characters: int) -> None:
    projection = random_projection(random)
    tree = RandomTree(random, 0.0, 0).object(projection)
    limits = ResponseLimits(values, characters)
    outcomes = []
    for projector in (_warm(projection), Interpreter(projection, holds)):
        try:
            outcomes.append(repr(projector.project(tree, [], limits)))
        except ResponseLimitError:
            outcomes.append("too large")
    assert outcomes[0] == outcomes[1]


def _generated(query: str, tree: dict[str, Any], values: int = 1000, characters: int = 1000) -> dict[str, Any]:
    """What the generated code alone makes of ``tree``."""
    return ProjectionCode(projection_of(SCHEMA, query), _always).compiled()(tree, values, characters)


def test_an_answer_with_nothing_amiss_needs_no_interpreter() -> None:
    tree = {
        "items": [{"id": 7, "name": None, "price": 3, "below": {"id": "b"}}, {"id": "8", "name": "Huế", "price": 0.5}],
        "any": [{"__typename": "Other", "id": "o", "size": 1}, None],
        "json": {"any": ["thing"]},
        "tags": None,
    }
    asked = (
        "{ items { id name price below { name } } any { id ... on Other { __typename size } } json tags top { id } }"
    )
    assert _generated(asked, tree) == {
        "items": [
            {"id": "7", "name": None, "price": 3.0, "below": {"name": None}},
            {"id": "8", "name": "Huế", "price": 0.5, "below": None},
        ],
        "any": [{"id": "o", "__typename": "Other", "size": 1}, None],
        "json": {"any": ["thing"]},
        "tags": None,
        "top": None,
    }


@pytest.mark.parametrize(
    ("query", "tree", "values", "characters"),
    [
        ("{ top { id name } }", {"top": {"id": "12", "name": "345"}}, 3, 5),
        ("{ tags }", {"tags": ["a", "bc", "d"]}, 4, 4),
        ("{ items { id } }", {"items": [{"id": 17}, {"id": "1"}]}, 5, 3),
        ("{ json }", {"json": {"a": ["b", {"c": "de"}], "f": 1}}, 6, 3),
        ("{ any { id } }", {"any": [{"__typename": "Item", "id": "1"}, None]}, 4, 1),
    ],
)
def test_values_and_characters_are_counted(query: str, tree: dict[str, Any], values: int, characters: int) -> None:
    assert _generated(query, tree, values, characters) == tree | _generated(query, tree)
    for fewer in ((values - 1, characters), (values, characters - 1)):
        with pytest.raises(Odd):
            _generated(query, tree, *fewer)


def test_introspection_is_passed_on_as_it_is() -> None:
    schema = {"name": "Item", "kind": "OBJECT", "fields": [{"name": "id"}]}
    assert _generated('{ __type(name: "Item") { name } }', {"__type": schema}) == {"__type": schema}
    assert _generated('{ __type(name: "Item") { name } }', {"__type": None}) == {"__type": None}


def test_the_code_comes_with_the_second_run_and_not_for_what_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    projection = projection_of(SCHEMA, "{ top { id name } }")
    projector = Projector(projection, _always)
    projector.project({}, [])
    assert projector._generated is None
    projector.project({}, [])
    assert projector._generated is not None
    monkeypatch.setattr(project, "GENERATED_FIELDS_MAX", 2)
    projector = Projector(projection, _always)
    for _ in range(3):
        assert projector.project({"top": {"id": "1"}}, []) == {"top": {"id": "1", "name": None}}
    assert projector._generated is None


def test_two_places_that_ask_alike_share_a_function() -> None:
    code = ProjectionCode(projection_of(SCHEMA, "{ top { id name below { id name } } items { id name } }"), _always)
    assert [line.strip() for line in code.text.splitlines() if "def Item" in line] == [
        "def Item_1(value):",
        "def Item_2(value):",
    ]
