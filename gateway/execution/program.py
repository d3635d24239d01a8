"""A plan, made ready to run: representation readers, projections by conditions, what may be handed on unprojected."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from graphql import GraphQLSchema, get_named_type, is_abstract_type, is_enum_type

from gateway.execution.authorize import Denied
from gateway.execution.entities import CallReader
from gateway.execution.project import Projector
from gateway.planner.plan import (
    Condition,
    Fetch,
    Parallel,
    Plan,
    PlanNode,
    ProjectedField,
    Projection,
    Sequence,
    Subscribe,
)
from gateway.subgraphs.protocol import Subgraph

# One projector per assignment of the condition variables; an operation with many would otherwise fill the memory.
_PROJECTORS_MAX = 16


class Program:
    """A plan with everything that its runs share.

    ``readers``: by the id of a fetch, those of its entity calls. ``hands_on``: the fetch whose answer is the client's
    data as it is, or None. ``denied``: what was taken out of the operation before it was planned, or None.
    """

    def __init__(
        self,
        plan: Plan,
        public_schema: GraphQLSchema,
        subgraphs: Mapping[str, Subgraph],
        denied: Denied | None = None,
    ) -> None:
        self.plan = plan
        self.denied = denied
        fetches = list(fetches_of(plan.node))
        self.readers: dict[int, tuple[CallReader, ...]] = {
            fetch.id: tuple(CallReader(call) for call in fetch.calls) for fetch in fetches
        }
        self._condition_variables = tuple(sorted(_condition_variables(plan.projection)))
        self._projectors: dict[tuple[bool, ...], Projector] = {}
        self.hands_on: Fetch | None = None
        if plan.whole and denied is None and isinstance(plan.node, Fetch):
            schema = subgraphs[plan.node.subgraph].schema
            if schema is not None and _keeps_public(plan.projection, schema, public_schema):
                self.hands_on = plan.node

    def projector(self, variables: Mapping[str, Any]) -> Projector:
        """The projection for these values of the condition variables."""
        values = tuple(bool(variables.get(name)) for name in self._condition_variables)
        projector = self._projectors.get(values)
        if projector is None:
            truth = dict(zip(self._condition_variables, values, strict=True))
            projector = self._compile(truth)
            if len(self._projectors) < _PROJECTORS_MAX:
                self._projectors[values] = projector
        return projector

    def _compile(self, truth: Mapping[str, bool]) -> Projector:
        def holds(field: ProjectedField) -> bool:
            return any(all(truth[when.variable] is when.expected for when in alternative) for alternative in field.when)

        if self.denied is None:
            return Projector(self.plan.projection, holds)
        return Projector(self.plan.projection, holds, self.denied.denial, self.denied.types)


def fetches_of(node: PlanNode | None) -> Iterator[Fetch]:
    """Every fetch of a plan."""
    if isinstance(node, Fetch):
        yield node
    elif isinstance(node, Sequence | Parallel):
        for child in node.nodes:
            yield from fetches_of(child)
    elif isinstance(node, Condition):
        yield from fetches_of(node.then)
        yield from fetches_of(node.otherwise)
    elif isinstance(node, Subscribe):
        yield node.primary
        yield from fetches_of(node.rest)


def _fields_of(projection: Projection) -> Iterator[ProjectedField]:
    """Every field of a projection; a selection that several types share is visited once."""
    pending = [projection]
    seen = {id(projection)}
    while pending:
        for fields in pending.pop().by_type.values():
            for field in fields:
                yield field
                if field.selection is not None and id(field.selection) not in seen:
                    seen.add(id(field.selection))
                    pending.append(field.selection)


def _condition_variables(projection: Projection) -> set[str]:
    return {when.variable for field in _fields_of(projection) for alternative in field.when for when in alternative}


def _keeps_public(projection: Projection, schema: GraphQLSchema, public: GraphQLSchema) -> bool:
    """Whether answers that keep ``schema`` keep the public schema too, as far as this projection looks.

    They may not where the subgraph knows values of an enum, or types of an interface or union, that the public hides.
    """
    seen: set[str] = set()
    knows: Callable[[str], Any] = schema.type_map.get
    for field in _fields_of(projection):
        named = get_named_type(field.type)
        if named.name in seen:
            continue
        seen.add(named.name)
        theirs = knows(named.name)
        if is_enum_type(named):
            if not is_enum_type(theirs) or not theirs.values.keys() <= named.values.keys():
                return False
        elif is_abstract_type(named):
            allowed = {possible.name for possible in public.get_possible_types(named)}
            if not is_abstract_type(theirs) or any(
                possible.name not in allowed for possible in schema.get_possible_types(theirs)
            ):
                return False
    return True
