"""Which subgraph answers which field: the fewest fetches, decided place by place from the leaves up.

The fetches that a choice takes are a *mask*: bit ``d * subgraphs + g`` stands for one fetch to subgraph ``g`` as the
``d``-th of a chain of entity fetches. Two places that ask one subgraph at the same depth share a fetch, so masks are
joined with ``|`` and compared by their number of bits. Every (selection, position) is solved once: the work grows
with their number, never with the number of combinations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.planner.positions import Option
from gateway.planner.routes import levels
from gateway.planner.wanted import Item, Selection

if TYPE_CHECKING:
    from gateway.planner.graph import PlanningGraph
    from gateway.planner.positions import Position


@dataclass(slots=True, eq=False)
class Choice:
    """``item`` is fetched for objects of ``types`` by ``option``; ``children``: what of it is taken from there."""

    item: Item
    types: frozenset[str]
    option: Option
    children: Selection | None


@dataclass(slots=True, eq=False)
class Solved:
    """How a selection is fetched from a position. ``rest``: what cannot be reached from there, None when nothing."""

    mask: int
    choices: list[Choice]
    rest: Selection | None


@dataclass(slots=True, eq=False)
class Scored:
    """An option with what it takes and what it leaves."""

    mask: int
    option: Option
    rest: Selection | None
    left: int


class Chooser:
    """Solves selections; remembers those of one operation, and those of field sets as long as the supergraph lives."""

    def __init__(self, graph: PlanningGraph) -> None:
        self.graph = graph
        self.solved: dict[tuple[Selection, Position], Solved] = {}
        self.requiring: set[tuple[Selection, Position]] = set()

    def solve(self, selection: Selection, position: Position) -> Solved:
        """The choices for every item of ``selection`` that objects at ``position`` can have."""
        home = self.graph.chooser if selection.static else self
        key = (selection, position)
        found = home.solved.get(key)
        if found is None:
            found = home._solve(selection, position)
            if not self.graph.routes.uncertain and not home.requiring:
                home.solved[key] = found
        return found

    def _solve(self, selection: Selection, position: Position) -> Solved:
        mask = 0
        choices: list[Choice] = []
        open_: list[tuple[Item, frozenset[str], list[Scored]]] = []
        rest: list[Item] = []
        for item in selection.items:
            types = item.types if item.types <= position.types else item.types & position.types
            if not types:
                continue
            for of, options in self.graph.ways(position, types, item.name):
                settled = self._in_place(item, of, options)
                if settled is not None:
                    mask |= settled[0]
                    choices.append(settled[1])
                    continue
                scored = self._score(item, options, position)
                complete = [one for one in scored if one.rest is None]
                if complete:
                    open_.append((item, of, complete))
                else:
                    mask |= self._split(item, of, scored, choices, rest, position)
        mask = _pick(open_, mask, choices, self.graph.size)
        order = {id(item): index for index, item in enumerate(selection.items)}
        choices = sorted(self._merged(choices, position), key=lambda choice: order[id(choice.item)])
        return Solved(mask, choices, Selection(tuple(rest), selection.static) if rest else None)

    def _in_place(self, item: Item, types: frozenset[str], options: Sequence[Option]) -> tuple[int, Choice] | None:
        """The choice of the field where we are, if nothing could be better."""
        if not options or options[0].route is not None:
            return None
        option = options[0]
        if item.children is None or option.child is None:
            return 0, Choice(item, types, option, None)
        below = self.solve(item.children, option.child)
        if below.rest is not None or (len(options) > 1 and below.mask.bit_count() > 1):
            return None
        return below.mask, Choice(item, types, option, item.children)

    def _score(self, item: Item, options: Sequence[Option], position: Position) -> list[Scored]:
        found = []
        for option in options:
            scored = self._score_one(item.children, option, position)
            if scored is not None:
                found.append(scored)
        return found

    def _score_one(self, children: Selection | None, option: Option, position: Position) -> Scored | None:
        size = self.graph.size
        below, rest, left = 0, None, 0
        if children is not None:
            if option.child is None:
                return None
            solved = self.solve(children, option.child)
            below, rest = solved.mask, solved.rest
            left = rest.weight if rest else 0
            if rest is not None and left == children.weight:
                return None
        if option.route is None:
            return Scored(below, option, rest, left)
        before = option.route.mask
        depth = option.route.depth
        if option.requires is not None:
            needed = self._requirement(option.requires, position)
            if needed is None:
                return None
            depth = max(depth, levels(needed, size) + 1)
            before = needed | (before & ~(1 << (option.route.depth * size + option.graph)))
            before |= 1 << (depth * size + option.graph)
        return Scored(before | below << (depth * size), option, rest, left)

    def _requirement(self, requires: Selection, position: Position) -> int | None:
        """The fetches for what ``@requires`` names, None when it cannot be had (or needs itself)."""
        home = self.graph.chooser
        key = (requires, position)
        if key in home.requiring:
            return None
        home.requiring.add(key)
        try:
            solved = home.solve(requires, position)
        finally:
            home.requiring.discard(key)
        if not home.requiring and not self.graph.routes.uncertain:
            home.solved[key] = solved
        return solved.mask if solved.rest is None else None

    def _split(
        self,
        item: Item,
        types: frozenset[str],
        scored: list[Scored],
        choices: list[Choice],
        rest: list[Item],
        position: Position,
    ) -> int:
        """No option has all that is wanted below: take several, each for what the ones before it left."""
        mask = 0
        children = item.children
        if children is None or position.types & self._unsplit():
            rest.append(item.narrowed(types, children))
            return 0
        while scored and children is not None:
            best = _fullest(scored, mask, self.graph.size)
            choices.append(Choice(item, types, best.option, children))
            mask |= best.mask
            children = best.rest
            options = [one.option for one in scored if one is not best]
            scored = self._score(item.narrowed(types, children), options, position) if children else []
        if children is not None:
            rest.append(item.narrowed(types, children))
        return mask

    def _merged(self, choices: list[Choice], position: Position) -> list[Choice]:
        """Choices of one item that go one way for several groups of types, as one."""
        found: dict[tuple[object, ...], list[Choice]] = {}
        for choice in choices:
            option = choice.option
            signature: object = option.route.signature if option.route else None
            if option.requires is not None or (option.child is not None and option.child.views):
                signature = id(option)
            found.setdefault((id(choice.item), id(choice.children), option.graph, signature), []).append(choice)
        return [group[0] if len(group) == 1 else self._union(group, position) for group in found.values()]

    def _union(self, group: list[Choice], position: Position) -> Choice:
        first = group[0]
        own = {concrete: name for choice in group for concrete, name in choice.option.own.items()}
        views = position.views if first.option.route is None else ()
        child = self.graph.below(first.option.graph, own, first.item.name, views)
        option = Option(first.option.graph, first.option.route, None, child, own)
        types = frozenset().union(*(choice.types for choice in group))
        return Choice(first.item, types, option, first.children)

    def _unsplit(self) -> frozenset[str]:
        """Root types whose fields must run once: a mutation is never sent to two subgraphs."""
        roots = self.graph.roots
        return frozenset({roots.get("mutation", ""), roots.get("subscription", "")})


def _fullest(scored: Sequence[Scored], mask: int, size: int) -> Scored:
    """The option that leaves least, then the one that adds the fewest fetches."""
    return min(scored, key=lambda one: (one.left, (mask | one.mask).bit_count(), levels(one.mask, size)))


def _pick(open_: list[tuple[Item, frozenset[str], list[Scored]]], mask: int, choices: list[Choice], size: int) -> int:
    """Choose one of each item's complete options so that few fetches are added: the least free items first."""
    popular: dict[int, int] = {}
    for _, _, scored in open_:
        for one in scored:
            popular[one.option.graph] = popular.get(one.option.graph, 0) + 1
    order = sorted(range(len(open_)), key=lambda index: len(open_[index][2]))
    picked: dict[int, Scored] = {}
    for index in order + order:
        running = mask
        for other, one in picked.items():
            if other != index:
                running |= one.mask
        picked[index] = min(
            open_[index][2],
            key=lambda one: (
                (running | one.mask).bit_count(),
                -popular[one.option.graph],
                levels(one.mask, size),
                one.option.graph,
            ),
        )
    for index, (item, types, _) in enumerate(open_):
        one = picked[index]
        mask |= one.mask
        choices.append(Choice(item, types, one.option, item.children))
    return mask
