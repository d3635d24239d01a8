"""A supergraph, read once: its public schema, its subgraphs, who may see what, and what the planner looks up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from graphql import DocumentNode, GraphQLError, GraphQLSchema, SchemaDefinitionNode, parse, validate_schema

from gateway.planner.access import Access, access_of
from gateway.planner.join import JoinReader, TypeIn, read_graphs
from gateway.planner.public import PublicReader
from gateway.problem import Problem

if TYPE_CHECKING:
    from gateway.planner.graph import PlanningGraph

NO_LABELS: frozenset[str] = frozenset()


class SupergraphError(Problem):
    """The text is no supergraph that can be planned over; the message says why."""


class PlanningError(Exception):
    """The operation cannot be planned; the message names the field, or what is wrong with the document."""


class PlanLimitError(PlanningError):
    """Planning an operation would take more work than is allowed."""


@dataclass(frozen=True, slots=True)
class SubgraphInfo:
    """A subgraph of the supergraph: its real name, and the URL it was composed with (may be empty)."""

    name: str
    url: str


@dataclass(eq=False)
class Supergraph:
    """Never changed after ``from_sdl``; what planning learns about it is kept with it.

    ``public_schema``: the API schema, for validation and introspection. ``subgraphs``: by real name.
    ``access``: by coordinate, ``"Type"`` or ``"Type.field"``; a coordinate without rules is absent.
    ``types``: objects, interfaces and unions with what each subgraph has of them. ``names``: of the subgraphs, by
    number. ``labels``: of all progressive overrides.
    """

    public_schema: GraphQLSchema
    subgraphs: Mapping[str, SubgraphInfo]
    access: Mapping[str, Access]
    types: Mapping[str, TypeIn]
    names: tuple[str, ...]
    roots: Mapping[str, str]
    hidden: frozenset[str]
    _graphs: dict[frozenset[str], PlanningGraph] = field(default_factory=dict, repr=False)

    @classmethod
    def from_sdl(cls, sdl: str) -> Supergraph:
        """Read a supergraph with join v0.1 to v0.5.

        Raises:
            SupergraphError: when it does not parse, names no subgraphs, or its public part is no valid schema.
        """
        try:
            document = parse(sdl, no_location=True)
        except GraphQLError as error:
            raise SupergraphError(f"The supergraph does not parse: {error.message}") from error
        graphs = read_graphs(document)
        if not graphs:
            raise SupergraphError("The supergraph names no subgraphs: the enum join__Graph is missing or empty.")
        numbers = {value: number for number, (value, _, _) in enumerate(graphs)}
        try:
            types = JoinReader(document, numbers).read()
        except KeyError as error:
            raise SupergraphError(
                f"A join directive names {error.args[0]!r}, which this supergraph does not define."
            ) from error
        public = PublicReader(document)
        return cls(
            public_schema=_public_schema(public),
            subgraphs={name: SubgraphInfo(name, url) for _, name, url in graphs},
            access=access_of(document),
            types=types,
            names=tuple(name for _, name, _ in graphs),
            roots=_roots(document),
            hidden=public.hidden,
        )

    @cached_property
    def labels(self) -> frozenset[str]:
        """The labels of all progressive overrides."""
        return frozenset(
            there.label
            for info in self.types.values()
            for graphs in info.fields.values()
            for there in graphs.values()
            if there.label is not None
        )

    def graph(self, overrides: frozenset[str] = NO_LABELS) -> PlanningGraph:
        """What each subgraph can answer while ``overrides`` are active, made on first use."""
        from gateway.planner.graph import PlanningGraph

        active = overrides & self.labels
        found = self._graphs.get(active)
        if found is None:
            found = self._graphs[active] = PlanningGraph(self, active)
        return found


def _public_schema(public: PublicReader) -> GraphQLSchema:
    try:
        schema = public.schema()
    except (TypeError, GraphQLError) as error:
        raise SupergraphError(f"The public part of the supergraph is no schema: {error}") from error
    problems = validate_schema(schema)
    # A rule younger than the composers that are in use: what breaks it works nevertheless.
    fatal = [problem for problem in problems if "must not be deprecated" not in problem.message]
    if fatal:
        raise SupergraphError("The public part of the supergraph is not valid: " + fatal[0].message)
    return public.schema(assume_valid=True) if problems else schema


def _roots(document: DocumentNode) -> dict[str, str]:
    """Operation kind -> name of its root type."""
    defined = {node.name.value for node in document.definitions if hasattr(node, "fields")}  # type: ignore[attr-defined]
    for node in document.definitions:
        if isinstance(node, SchemaDefinitionNode):
            return {root.operation.value: root.type.name.value for root in node.operation_types}
    return {name.lower(): name for name in ("Query", "Mutation", "Subscription") if name in defined}
