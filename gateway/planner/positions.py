"""Where objects are while a way to their fields is looked for, and what a way is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.planner.join import Graph

if TYPE_CHECKING:
    from gateway.planner.routes import Route
    from gateway.planner.wanted import Selection

NOWHERE: Graph = -1
Views = tuple["Selection", ...]


@dataclass(slots=True, eq=False)
class Position:
    """Objects held by one subgraph; two positions that are the same are one object.

    ``locals``: their types there (object types; an ``@interfaceObject`` counts as one). ``views``: what ``@provides``
    on the way here adds. ``of``: for each concrete type of the supergraph that such an object may have, its type here.
    """

    graph: Graph
    locals: frozenset[str]
    views: Views
    of: dict[str, str]
    types: frozenset[str]


@dataclass(slots=True, eq=False)
class Option:
    """One way to a field from a position: in place (``route`` None), or after a move to ``graph``.

    ``requires``: what must be fetched before. ``child``: the position below, None for a leaf. ``own``: the name of
    each concrete type there.
    """

    graph: Graph
    route: Route | None
    requires: Selection | None
    child: Position | None
    own: dict[str, str]


Ways = tuple[tuple[frozenset[str], tuple[Option, ...]], ...]
