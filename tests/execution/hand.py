"""Plans written by hand, and what runs them: for tests of the execution that look at one part of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from graphql import (
    FieldNode,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    is_object_type,
    parse,
)

from gateway.execution.errors import mask
from gateway.execution.execute import Execution
from gateway.execution.program import Program
from gateway.planner.plan import (
    EntityCall,
    Fetch,
    Key,
    OnTypes,
    OperationKind,
    Plan,
    PlanNode,
    ProjectedField,
    Projection,
    Representation,
    RepresentationField,
    Step,
)
from gateway.request import GraphQLResponse, RequestScope, SubgraphAnswer
from gateway.subgraphs.protocol import Subgraph

Answer = Callable[[Fetch, Mapping[str, Any]], SubgraphAnswer]


class ScriptedSubgraph:
    """A subgraph that answers by a function; ``asked`` keeps each fetch's text and variables."""

    schema = None

    def __init__(self, name: str, answer: Answer) -> None:
        self.name = name
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._answer = answer

    async def fetch(self, fetch: Fetch, variables: Mapping[str, Any], scope: RequestScope) -> SubgraphAnswer:
        self.asked.append((fetch.text, dict(variables)))
        return self._answer(fetch, variables)

    async def subscribe(
        self, fetch: Fetch, variables: Mapping[str, Any], scope: RequestScope
    ) -> AsyncIterator[SubgraphAnswer]:
        yield self._answer(fetch, variables)


def fetch(
    text: str,
    *calls: EntityCall,
    id: int = 1,
    subgraph: str = "a",
    kind: OperationKind = "query",
    variables: tuple[str, ...] = (),
    path: str = "",
) -> Fetch:
    return Fetch(id, subgraph, kind, text, parse(text), variables, calls, steps(path))


def steps(path: str) -> tuple[Step, ...]:
    """``"products.|Book,Magazine|.author"`` as steps of a path."""
    return tuple(
        OnTypes(frozenset(part[1:-1].split(","))) if part.startswith("|") else Key(part)
        for part in path.split(".")
        if part
    )


def entity_call(
    path: str, typename: str, *sources: str, alias: str = "_entities", variable: str = "representations"
) -> EntityCall:
    """A call for objects of one type, by plain key fields that are all mandatory."""
    fields = tuple(RepresentationField(source, source) for source in sources)
    representation = Representation(frozenset(), typename, fields, sources)
    return EntityCall(alias, variable, steps(path), (representation,))


def projection_of(schema: GraphQLSchema, query: str) -> Projection:
    """What ``query`` asks, every source being the response key. Without conditions and named fragments."""
    operation: Any = parse(query).definitions[0]
    root = schema.get_root_type(operation.operation)
    assert root is not None
    return _projection(schema, operation.selection_set, root)


def _projection(schema: GraphQLSchema, selections: SelectionSetNode, type_: GraphQLNamedType) -> Projection:
    possible = schema.get_possible_types(type_) if is_abstract_type(type_) else [type_]
    tables = {each.name: tuple(_fields(schema, selections, each)) for each in possible}
    return Projection(tables, type_.name if is_object_type(type_) else None)


def _fields(schema: GraphQLSchema, selections: SelectionSetNode, type_: Any) -> list[ProjectedField]:
    found: list[ProjectedField] = []
    for node in selections.selections:
        if isinstance(node, InlineFragmentNode):
            condition = schema.type_map[node.type_condition.name.value] if node.type_condition else type_
            if condition is type_ or (is_abstract_type(condition) and schema.is_sub_type(condition, type_)):
                found += _fields(schema, node.selection_set, type_)
        elif isinstance(node, FieldNode):
            definition = schema.get_field(type_, node.name.value)
            assert definition is not None
            below = None
            if node.selection_set is not None:
                below = _projection(schema, node.selection_set, get_named_type(definition.type))
            key = (node.alias or node.name).value
            found.append(ProjectedField(key, key, type_.name, node.name.value, definition.type, node, (), below))
    return found


def plan_of(schema: GraphQLSchema, query: str, node: PlanNode | None, *, whole: bool = False) -> Plan:
    return Plan("query", node, projection_of(schema, query), whole, 0)


async def run_plan(
    schema: GraphQLSchema,
    query: str,
    node: PlanNode | None,
    subgraphs: Mapping[str, Subgraph],
    *,
    variables: Mapping[str, Any] | None = None,
    scope: RequestScope | None = None,
) -> GraphQLResponse:
    """Run a plan for ``query``, whose variables are sent as they are."""
    program = Program(plan_of(schema, query, node), schema, subgraphs)
    sent = variables or {}
    execution = Execution(program, subgraphs, scope or RequestScope(), sent, sent, mask)
    await execution.run(node)
    return GraphQLResponse(data=execution.data(), errors=execution.errors)
