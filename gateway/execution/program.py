"""A plan, made ready to run: representation readers, projections by conditions, what may be handed on unprojected."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from graphql import GraphQLSchema, get_named_type, is_abstract_type, is_enum_type, is_non_null_type

from gateway.execution.authorize import Denied
from gateway.execution.conditions import holds
from gateway.execution.entities import CallReader
from gateway.execution.errors import field_error
from gateway.execution.patches import Fragments
from gateway.execution.project import GENERATED_FIELDS_MAX, Projector
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
# Projected fields of all of an operation's projectors together; one projector is always kept.
_COMPILED_MAX = 1_000
# Bytes, as measured: of a projected field with what of the plan hangs on it; of one compiled into a projector, and of
# its generated code; of a character of a fetch, with its share of the parsed document.
_FIELD_BYTES = 600
_COMPILED_BYTES = 700
_GENERATED_BYTES = 900
_CHARACTER_BYTES = 60


class Program:
    """A plan with everything that its runs share.

    ``readers``: by the id of a fetch, those of its entity calls. ``hands_on``: the fetch whose answer is the client's
    data as it is, or None. ``denied``: what was taken out of the operation before it was planned, or None.
    ``condition_variables``: the names that decide what is in the answer. ``fragments``: the deferred ones, of a plan
    that fetches for them alone.
    ``weight``: about how many bytes it takes, its projectors included.
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
        fetches = [*fetches_of(plan.node), *(late.fetch for late in plan.late)]
        self.readers: dict[int, tuple[CallReader, ...]] = {
            fetch.id: tuple(CallReader(call) for call in fetch.calls) for fetch in fetches
        }
        self.condition_variables = tuple(sorted(_condition_variables(plan.projection)))
        size = sum(1 for _ in _fields_of(plan.projection)) or 1
        self._projectors_max = max(1, min(_PROJECTORS_MAX, 1 << len(self.condition_variables), _COMPILED_MAX // size))
        compiled_bytes = _COMPILED_BYTES + (_GENERATED_BYTES if size <= GENERATED_FIELDS_MAX else 0)
        self.weight = (
            size * (_FIELD_BYTES + self._projectors_max * compiled_bytes)
            + sum(len(fetch.text) for fetch in fetches) * _CHARACTER_BYTES
        )
        self._projectors: dict[tuple[bool, ...], Projector] = {}
        self.fragments = Fragments(plan, denied) if plan.late else None
        self.hands_on: Fetch | None = None
        if plan.whole and denied is None and isinstance(plan.node, Fetch):
            schema = subgraphs[plan.node.subgraph].schema
            if schema is not None and _keeps_public(plan.projection, schema, public_schema):
                self.hands_on = plan.node

    def denied_root(self, variables: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The errors of denied root fields that may not be null: with any of them the data is null."""
        if self.denied is None:
            return []
        root = self.plan.projection
        errors: dict[str, dict[str, Any]] = {}
        for field in root.by_type[root.sole or ""]:
            denial = self.denied.denial(field)
            if denial is not None and is_non_null_type(denial[0]) and holds(field, variables):
                errors.setdefault(field.key, field_error(denial[1], denial[2], [field.key], field.node))
        return list(errors.values())

    def projector(self, variables: Mapping[str, Any]) -> Projector:
        """The projection for these values of the condition variables."""
        values = tuple(bool(variables.get(name)) for name in self.condition_variables)
        projector = self._projectors.get(values)
        if projector is None:
            truth = dict(zip(self.condition_variables, values, strict=True))
            projector = self._compile(truth)
            if len(self._projectors) < self._projectors_max:
                self._projectors[values] = projector
        return projector

    def _compile(self, truth: Mapping[str, bool]) -> Projector:
        def held(field: ProjectedField) -> bool:
            return holds(field, truth)

        if self.denied is None:
            return Projector(self.plan.projection, held)
        return Projector(self.plan.projection, held, self.denied.denial, self.denied.types)


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
