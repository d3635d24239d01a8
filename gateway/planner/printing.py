"""A step's selections as compact GraphQL text, valid against the subgraph's own schema.

A field that all possible objects of an abstract place have is written once, on the interface; else once for an
interface that fits, else for each type.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from gateway.planner.conditions import Conjunction, within
from gateway.planner.fragments import Fragments, join

if TYPE_CHECKING:
    from gateway.planner.graph import PlanningGraph
    from gateway.planner.join import Graph
    from gateway.planner.steps import Entry, Node

ENTITY = "_Entity"
FEW = 2


class Printer:
    """Writes selection sets for one subgraph, and gathers the variables that they use."""

    def __init__(self, graph: PlanningGraph, subgraph: Graph) -> None:
        self.graph = graph
        self.subgraph = subgraph
        self.variables: set[str] = set()
        self.hidden = graph.supergraph.hidden
        self.fragments = Fragments()
        self._bodies: dict[tuple[int, str, Conjunction], str] = {}

    def body(self, node: Node, static: str, around: Conjunction) -> str:
        """``node`` as selections without braces, where the value's type is ``static`` and ``around`` holds.

        What stands for selection sets in it is put in by ``fragments.finished``.
        """
        key = (id(node), static, around)
        found = self._bodies.get(key)
        if found is None:
            pieces: list[tuple[str, list[str]]] = []
            for entry in node.entries.values():
                self._entry(entry, static, around, pieces)
            found = self._bodies[key] = _joined(pieces) or "__typename"
        return found

    def _entry(self, entry: Entry, static: str, around: Conjunction, pieces: list[tuple[str, list[str]]]) -> None:
        for on in self._conditions(entry, static):
            texts = self._alternatives(entry, on or static, around)
            for piece in reversed(pieces):
                if piece[0] == on:
                    piece[1].extend(text for text in texts if text != "__typename" or text not in piece[1])
                    break
                if not on or not piece[0]:
                    pieces.append((on, texts))
                    break
            else:
                pieces.append((on, texts))

    def _conditions(self, entry: Entry, static: str) -> Iterable[str]:
        """The type conditions under which ``entry`` is written; the empty one needs no fragment."""
        g = self.subgraph
        if static != ENTITY and self.graph.possible(g, static) == {static}:
            return [""] if static in entry.types else []
        if entry.name == "__typename":
            return [""]
        if static == ENTITY:
            types, every = entry.types, frozenset[str]()
        else:
            every = self.graph.possible(g, static)
            types = entry.types & every
            if every - self.hidden <= types and self._same(static, entry, types):
                return [""]
        if len(types) > FEW and (name := self._interface(entry, types, every)):
            return [name]
        return sorted(types)

    def _interface(self, entry: Entry, types: frozenset[str], every: frozenset[str]) -> str | None:
        """An interface of the subgraph that stands for exactly ``types`` among ``every`` (for entities: at least)."""
        candidates: set[str] = set(self.graph.types[min(types)].interfaces)
        fitting = []
        for name in sorted(candidates):
            members = self.graph.possible(self.subgraph, name)
            exact = types <= members if not every else members & every == types
            if exact and self._same(name, entry, types):
                fitting.append((len(members), name))
        return min(fitting)[1] if fitting else None

    def _same(self, interface: str, entry: Entry, types: frozenset[str]) -> bool:
        """Whether the interface has the field in the shape that its types have."""
        there = self.graph.field(self.subgraph, interface, entry.name)
        if there is None or not types:
            return False
        shapes = (self.graph.field(self.subgraph, name, entry.name) for name in types)
        return all(one is not None and one.shape == there.shape for one in shapes)

    def _alternatives(self, entry: Entry, static: str, around: Conjunction) -> list[str]:
        """The field, once for each alternative of its conditions."""
        self.variables |= entry.variables
        head = entry.name if entry.source == entry.name else f"{entry.source}:{entry.name}"
        head += entry.args
        below = ""
        texts = []
        for one in sorted(within(entry.when, around), key=sorted):
            if entry.node is not None:
                there = self.graph.field(self.subgraph, static, entry.name)
                named = there.named if there else ""
                below = self.fragments.hold(named, self.body(entry.node, named, around | one))
            self.variables.update(variable for variable, _ in one)
            texts.append(_under(head, below, one))
        return texts


def _under(head: str, below: str, condition: Conjunction) -> str:
    """A field with the directives of a conjunction; fragments hold those that would stand twice."""
    directives = [f"@{'include' if expected else 'skip'}(if:${variable})" for variable, expected in sorted(condition)]
    text = head + (directives[0] if directives else "") + below
    for directive in directives[1:]:
        text = f"...{directive}{{{text}}}"
    return text


def _joined(pieces: list[tuple[str, list[str]]]) -> str:
    parts = []
    for on, texts in pieces:
        inner = join(texts)
        parts.append(f"...on {on}{{{inner}}}" if on else inner)
    return join(parts)
