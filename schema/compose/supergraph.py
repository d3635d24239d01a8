"""The supergraph while it is put together: merged types, the subgraphs, what the schema links."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from .elements import Applied, DirectiveDef, TypeDef
from .subgraph import Subgraph
from .usage import Usage, usage_of


@dataclass(slots=True)
class Member:
    """A subgraph in the supergraph: ``graph`` is its value of join__Graph, ``rank`` its place by name."""

    subgraph: Subgraph
    graph: str
    usage: Usage

    @property
    def name(self) -> str:
        return self.subgraph.name


@dataclass(slots=True)
class Supergraph:
    """``joins`` holds the join directives of each coordinate as SDL text, in print order."""

    members: list[Member]
    types: dict[str, TypeDef] = field(default_factory=dict)
    joins: dict[str, list[str]] = field(default_factory=dict)
    directives: dict[str, DirectiveDef] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)
    applied: list[Applied] = field(default_factory=list)
    description: str | None = None
    mixed: set[str] = field(default_factory=set)

    def join(self, coordinate: str, text: str) -> None:
        self.joins.setdefault(coordinate, []).append(text)

    def having(self, type_name: str) -> list[Member]:
        """The members that have the type; where they disagree on its kind, those that agree with the merged one."""
        having = [member for member in self.members if type_name in member.subgraph.types]
        merged = self.types.get(type_name)
        if merged is None or type_name not in self.mixed:
            return having
        return [member for member in having if member.subgraph.types[type_name].kind is merged.kind]

    def member(self, name: str) -> Member | None:
        return next((member for member in self.members if member.name == name), None)


def members_of(subgraphs: Sequence[Subgraph]) -> list[Member]:
    """The subgraphs by name, each with a graph name of its own."""
    ordered = sorted(subgraphs, key=lambda subgraph: subgraph.name)
    wanted = [_graph_name(subgraph.name) for subgraph in ordered]
    graphs: list[str] = []
    for index, graph in enumerate(wanted):
        if wanted.count(graph) == 1:
            graphs.append(graph)
        else:
            graphs.append(f"{graph}_{wanted[: index + 1].count(graph)}")
    return [Member(subgraph, graph, usage_of(subgraph)) for subgraph, graph in zip(ordered, graphs, strict=True)]


def _graph_name(name: str) -> str:
    """``my-subgraph`` -> ``MY_SUBGRAPH``; a name that begins with a digit gets a ``_`` before it."""
    graph = re.sub(r"[^A-Z0-9_]", "_", name.upper())
    if graph[:1].isdigit():
        graph = f"_{graph}"
    return f"{graph}_" if re.search(r"_\d+$", graph) else graph
