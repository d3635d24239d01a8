"""What documents expand to: the memoised pass against writing every spread out."""

from __future__ import annotations

import time
from typing import Any

import pytest
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    build_schema,
    get_introspection_query,
    parse,
)
from hypothesis import given
from hypothesis import strategies as st

from gateway.guard.guard import Guard
from gateway.guard.limits import Limits
from gateway.guard.measure import Measure, Weight
from gateway.guard.repeats import count_comparisons
from schema.paging import PAGE_DEFAULT

SCHEMA = build_schema(
    """
    type Query { hello: String, node(id: ID): Node, nodes(first: Int, last: Int): [Node!]!, page(first: Int): Page
      plain: [Node] }
    type Page { edges: [Edge!]!, nodes: [Node], total: Int, info: Node }
    type Edge { node: Node, cursor: String }
    type Node { id: ID, name: String, tags: [String!], parent: Node, children(first: Int): [Node]
      pick(ids: [Int]): Int }
    """
)
NO_LIMITS = Limits(
    depth=10**6, root_fields=10**6, fields=10**9, cost=10**15, comparisons=10**9, list_size=10**6, list_items=10**6
)


def weigh(text: str, schema: Any = SCHEMA, **variables: Any) -> Weight:
    document = parse(text)
    operation = next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    return Measure(document, NO_LIMITS, schema).operation(operation, variables)


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("{ hello }", 1),
        ("{ node { id name } }", 3),
        ("{ nodes { id } }", 1 + 20),
        ("{ nodes(first: null) { id } }", 1 + 20),
        ("query($n: Int) { nodes(first: $n) { id } }", 1 + 20),
        ("{ page { nodes { id } } }", 1 + (1 + 20)),
        ("{ plain { id } }", 1 + 10),
        ("{ nodes(first: 3) { id name } }", 1 + 3 * 2),
        ("{ nodes(last: 4) { id } }", 1 + 4),
        ("{ nodes(first: 2, last: 5) { id } }", 1 + 5),
        ("{ nodes(first: 0) { id } }", 1),
        ("{ nodes(first: -9) { id } }", 1),
        ("{ nodes(first: 3) { children(first: 4) { id } } }", 1 + 3 * (1 + 4)),
        ("{ nodes(first: 3) { children { id } } }", 1 + 3 * (1 + 20)),
        # The size given to a connection is that of the lists right below it, and of nothing further down.
        ("{ page(first: 7) { total edges { cursor node { id } } } }", 1 + (1 + (1 + 7 * (1 + (1 + 1))))),
        ("{ page(first: 7) { nodes { children { id } } } }", 1 + (1 + 7 * (1 + 20))),
        ("{ page(first: 7) { info { children { id } } } }", 1 + (1 + (1 + 20))),
        ("{ page(first: 7) { ...P } } fragment P on Page { nodes { id } }", 1 + (1 + 7)),
        ("{ page(first: 7) { ... on Page { nodes { id } } } }", 1 + (1 + 7)),
        ("{ a: page(first: 7) { ...P } b: page(first: 2) { ...P } } fragment P on Page { nodes { id } }", 9 + 4),
        ("{ node { tags } }", 2),
        ("{ nowhere { id } }", 2),
        ("{ ...Missing }", 1),
    ],
)
def test_the_cost_counts_a_list_as_long_as_it_is_asked_for(text: str, cost: int) -> None:
    assert weigh(text).cost == cost


def test_pages_within_pages_that_are_not_given_a_size_are_refused_for_their_cost() -> None:
    def nested(levels: int) -> str:
        return "{ node { " + "children { " * levels + "id" + " }" * (levels + 2)

    assert codes(Guard(Limits()), parse(nested(3)), {}) == []
    assert weigh(nested(4)).cost == 2 + 20 + 400 + 8_000 + 160_000
    assert codes(Guard(Limits()), parse(nested(4)), {}) == ["COST_LIMIT"]


def test_a_page_is_as_long_as_the_platforms() -> None:
    assert Limits().page_size == PAGE_DEFAULT == 20


def test_the_cost_follows_variables_and_their_defaults() -> None:
    guard = Guard(Limits(cost=50))
    document = parse("query($n: Int = 60, $other: Int) { nodes(first: $n) { id } }")
    assert codes(guard, document, {}) == ["COST_LIMIT"]
    assert codes(guard, document, {"n": 5}) == []
    assert codes(guard, document, {"n": 49}) == []
    assert codes(guard, document, {"n": 50}) == ["COST_LIMIT"]
    assert codes(guard, document, {"n": 101}) == ["LIST_ARGUMENT_LIMIT", "COST_LIMIT"]
    assert codes(guard, document, {"n": 5, "other": 7}) == []


def codes(guard: Guard, document: Any, variables: dict[str, Any], name: str | None = None) -> list[str]:
    errors = guard.check_document(document, name, variables, SCHEMA)
    return [error.extensions["code"] for error in errors if error.extensions]


@pytest.mark.parametrize(
    ("text", "limits", "code"),
    [
        ("{ node { parent { id } } }", {"depth": 3}, None),
        ("{ node { parent { id } } }", {"depth": 2}, "DEPTH_LIMIT"),
        ("{ node { ...A } } fragment A on Node { parent { id } }", {"depth": 2}, "DEPTH_LIMIT"),
        ("{ hello a: hello ...A } fragment A on Query { b: hello }", {"root_fields": 3}, None),
        ("{ hello a: hello ...A } fragment A on Query { b: hello }", {"root_fields": 2}, "ROOT_FIELD_LIMIT"),
        ("{ node { id name } }", {"fields": 3}, None),
        ("{ node { id name } }", {"fields": 2}, "FIELD_LIMIT"),
        ("{ node { id ... { name } } }", {"fields": 3}, "FIELD_LIMIT"),
        ("{ hello } fragment A on Node { id name parent { id } }", {"fields": 3}, "FIELD_LIMIT"),
        ("{ hello hello hello }", {"comparisons": 3}, None),
        ("{ hello hello hello }", {"comparisons": 2}, "REPEAT_LIMIT"),
        ("{ node { id } node { id } }", {"comparisons": 8}, None),
        ("{ node { id } node { id } }", {"comparisons": 7}, "REPEAT_LIMIT"),
        ("{ node { pick(ids: [1, 2, 3]) } }", {"list_items": 3}, None),
        ("{ node { pick(ids: [1, 2, 3]) } }", {"list_items": 2}, "LIST_ARGUMENT_LIMIT"),
        ("{ node(id: {a: [[1, 2, 3]]}) { id } }", {"list_items": 2}, "LIST_ARGUMENT_LIMIT"),
        ("{ nodes(first: 99999999999999999999999) { id } }", {}, "LIST_ARGUMENT_LIMIT"),
        ("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }", {}, "FRAGMENT_CYCLE"),
        ("{ hello } fragment A on Query { ...A }", {}, "FRAGMENT_CYCLE"),
        ("{ __schema { types { fields { name } } } }", {}, None),
        ("{ __schema { types { fields { type { fields { name } } } } } }", {}, "INTROSPECTION_LIMIT"),
        ('{ __type(name: "A") { fields { type { fields { name } } } } }', {}, None),
        ('{ __type(name: "A") { name } }', {"introspection": False}, "INTROSPECTION_OFF"),
        ("{ ... { __schema { queryType { name } } } }", {"introspection": False}, "INTROSPECTION_OFF"),
        ("{ node { __typename } }", {"introspection": False}, None),
    ],
)
def test_a_limit_is_inclusive_and_has_its_code(text: str, limits: dict[str, Any], code: str | None) -> None:
    refused = codes(Guard(Limits(**limits)), parse(text), {})
    assert refused[:1] == ([code] if code else [])


def test_the_introspection_that_tools_send_is_within_the_limits() -> None:
    text = get_introspection_query(specified_by_url=True, directive_is_repeatable=True, input_value_deprecation=True)
    Guard(Limits()).check_text(text)
    assert codes(Guard(Limits()), parse(text), {}) == []


def test_only_the_named_operation_is_measured() -> None:
    document = parse("query A { hello } query B { node { parent { id } } }")
    guard = Guard(Limits(depth=2))
    assert codes(guard, document, {}, "A") == []
    assert codes(guard, document, {}, "B") == ["DEPTH_LIMIT"]
    assert codes(guard, document, {}) == ["DEPTH_LIMIT"]


def test_a_document_that_nobody_keeps_is_forgotten() -> None:
    guard = Guard(Limits())
    document = parse("{ hello }")
    assert codes(guard, document, {}) == []
    assert len(guard._known) == 1
    del document
    assert len(guard._known) == 0


NAMES = [f"F{number}" for number in range(6)]


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Documents whose fragments spread only later ones."""

    def selections(level: int, after: int) -> str:
        parts = []
        for _ in range(draw(st.integers(1, 3))):
            kind = draw(st.integers(0, 4 if level < 3 else 1))
            if kind == 0 and after < len(NAMES):
                parts.append(f"...{draw(st.sampled_from(NAMES[after:]))}")
            elif kind in (0, 1):
                parts.append(draw(st.sampled_from(["id", "name", "x: id"])))
            elif kind == 2:
                parts.append("... on Node " + selections(level + 1, after))
            elif kind == 3:
                parts.append(draw(st.sampled_from(["parent", "y: parent"])) + selections(level + 1, after))
            else:
                size = draw(st.sampled_from(["", "(first: 0)", "(first: 3)"]))
                parts.append(f"children{size}" + selections(level + 1, after))
        return "{ " + " ".join(parts) + " }"

    fragments = [f"fragment {name} on Node {selections(1, number + 1)}" for number, name in enumerate(NAMES)]
    return "{ node " + selections(1, 0) + " } " + " ".join(fragments)


def written_out(node: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode]) -> Weight:
    """The same measure, naively: every spread anew, without a memory."""
    width = depth = height = fields = cost = 0
    for selection in node.selections:
        if isinstance(selection, FieldNode):
            one = Weight(1, 1, 0, 1, 1, 0)
            if selection.selection_set is not None:
                below = written_out(selection.selection_set, fragments)
                times = 1
                if selection.name.value == "children":
                    times = int(selection.arguments[0].value.value) if selection.arguments else 20  # type: ignore[attr-defined]
                one = Weight(1, below.depth + 1, below.height, below.fields + 1, 1 + times * below.cost, 0)
        elif isinstance(selection, FragmentSpreadNode):
            one = written_out(fragments[selection.name.value].selection_set, fragments)
            one = one._replace(fields=one.fields + 1)
        else:
            assert isinstance(selection, InlineFragmentNode)
            one = written_out(selection.selection_set, fragments)
            one = one._replace(fields=one.fields + 1)
        width, depth, height = width + one.width, max(depth, one.depth), max(height, one.height)
        fields, cost = fields + one.fields, cost + one.cost
    return Weight(width, depth, height + 1, fields, cost, 0)


@given(documents())
def test_a_memoised_measure_is_that_of_every_spread_written_out(text: str) -> None:
    document = parse(text)
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    assert Measure(document, NO_LIMITS, SCHEMA).operation(operation, {}) == written_out(
        operation.selection_set, fragments
    )


def test_its_time_grows_with_the_fragments_and_not_with_what_they_expand_to() -> None:
    def took(fragments: int) -> float:
        text = "{ node { ...F0 } }" + "".join(
            f" fragment F{number} on Node {{ a: parent {{ ...F{number + 1} }} b: parent {{ ...F{number + 1} }} }}"
            for number in range(fragments)
        )
        document = parse(text + f" fragment F{fragments} on Node {{ id }}")
        best = 1.0
        for _ in range(5):
            began = time.thread_time()
            refused = codes(Guard(Limits()), document, {})
            best = min(best, time.thread_time() - began)
        assert refused == (["DEPTH_LIMIT", "FIELD_LIMIT", "COST_LIMIT"] if fragments > 18 else [])
        return best

    took(5)
    # Twenty fragments more: a million times the expansion.
    assert took(25) < 30 * took(5)


def test_counting_comparisons_stops_where_fragments_expand_too_far() -> None:
    text = "{ ...F0 }" + "".join(f" fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60))
    document = parse(text + " fragment F60 on Query { ...Missing }")
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    began = time.thread_time()
    assert count_comparisons(document, [operation.selection_set], 1_000) == 1_001
    assert time.thread_time() - began < 0.5
