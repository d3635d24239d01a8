"""Under which key each field lies in the merged tree: the response key where that is free, else an alias of our own.

Two fields may share a key only when they are the same field with the same arguments and of one shape in every
subgraph; then no fetch can hold two selections that GraphQL refuses to merge.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gateway.planner.graph import Shapes, fit

if TYPE_CHECKING:
    from gateway.planner.graph import PlanningGraph
    from gateway.planner.wanted import Item


@dataclass(slots=True, eq=False)
class Held:
    """What lies under a source."""

    name: str
    args: str
    shapes: Shapes


@dataclass(slots=True, eq=False)
class Sources:
    """The sources taken at one place, and below it. ``alike``: those that hold one field with the same arguments."""

    held: dict[str, Held] = field(default_factory=lambda: {"__typename": Held("__typename", "", {})})
    alike: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    below: dict[str, Sources] = field(default_factory=dict)

    def child(self, source: str) -> Sources:
        """The place under ``source``."""
        found = self.below.get(source)
        if found is None:
            found = self.below[source] = Sources()
        return found

    def take(
        self, graph: PlanningGraph, item: Item, types: frozenset[str], *, reuse: bool = True
    ) -> list[tuple[frozenset[str], str]]:
        """A source for ``item`` on ``types``; several where its shape differs between them.

        ``reuse``: any source that already holds this field will do.
        """
        if item.name == "__typename":
            return [(types, "__typename")]
        return [(of, self._take(item, shapes, reuse=reuse)) for of, shapes in graph.shapes(types, item.name)]

    def _take(self, item: Item, shapes: Shapes, *, reuse: bool) -> str:
        if reuse:
            for source in self.alike.get((item.name, item.args), ()):
                held = self.held[source]
                if fit(held.shapes, shapes):
                    held.shapes.update(shapes)
                    return source
        number = 0
        source = item.key
        while True:
            taken = self.held.get(source)
            if taken is None:
                self.held[source] = Held(item.name, item.args, dict(shapes))
                self.alike.setdefault((item.name, item.args), []).append(source)
                return source
            if taken.name == item.name and taken.args == item.args and fit(taken.shapes, shapes):
                taken.shapes.update(shapes)
                return source
            source = f"_{number}_{item.key}"
            number += 1
