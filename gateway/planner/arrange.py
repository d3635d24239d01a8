"""The order of fetches as a tree of sequences, parallels and conditions."""

from __future__ import annotations

from collections.abc import Sequence as SequenceOf
from dataclasses import dataclass

from gateway.planner.conditions import Conjunction
from gateway.planner.plan import Condition, Fetch, Parallel, PlanNode, Sequence


@dataclass(slots=True, eq=False)
class Arranged:
    """A fetch, the indexes of those that must run before it, and the condition under which it is made."""

    fetch: Fetch
    before: frozenset[int]
    when: Conjunction


def arrange(fetches: SequenceOf[Arranged]) -> PlanNode | None:
    """What is independent runs in parallel, each chain at its own pace; the rest in sequence."""
    return _tree(fetches, list(range(len(fetches)))) if fetches else None


def _tree(fetches: SequenceOf[Arranged], indexes: list[int]) -> PlanNode:
    parts = _components(fetches, indexes)
    if len(parts) > 1:
        return parallel([_tree(fetches, part) for part in parts])
    if len(indexes) == 1:
        one = fetches[indexes[0]]
        return conditioned(one.fetch, one.when)
    inside = frozenset(indexes)
    first = [index for index in indexes if not fetches[index].before & inside]
    rest = [index for index in indexes if fetches[index].before & inside]
    return sequence([_tree(fetches, first), _tree(fetches, rest)])


def _components(fetches: SequenceOf[Arranged], indexes: list[int]) -> list[list[int]]:
    group = {index: index for index in indexes}

    def find(index: int) -> int:
        while group[index] != index:
            index = group[index]
        return index

    for index in indexes:
        for earlier in fetches[index].before:
            if earlier in group:
                one, other = sorted((find(index), find(earlier)))
                group[other] = one
    parts: dict[int, list[int]] = {}
    for index in indexes:
        parts.setdefault(find(index), []).append(index)
    return list(parts.values())


def conditioned(node: PlanNode, when: Conjunction) -> PlanNode:
    """``node`` under every literal of ``when``."""
    for variable, expected in sorted(when, reverse=True):
        node = Condition(variable, node, None) if expected else Condition(variable, None, node)
    return node


def parallel(nodes: SequenceOf[PlanNode]) -> PlanNode:
    """The nodes side by side, flat."""
    flat: list[PlanNode] = []
    for node in nodes:
        flat.extend(node.nodes if isinstance(node, Parallel) else (node,))
    return flat[0] if len(flat) == 1 else Parallel(tuple(flat))


def sequence(nodes: SequenceOf[PlanNode]) -> PlanNode:
    """The nodes one after another, flat; neighbours under one condition share it."""
    flat: list[PlanNode] = []
    for node in nodes:
        for one in node.nodes if isinstance(node, Sequence) else (node,):
            joined = _joined(flat[-1], one) if flat else None
            if joined is None:
                flat.append(one)
            else:
                flat[-1] = joined
    return flat[0] if len(flat) == 1 else Sequence(tuple(flat))


def _joined(left: PlanNode, right: PlanNode) -> PlanNode | None:
    if not isinstance(left, Condition) or not isinstance(right, Condition) or left.variable != right.variable:
        return None
    if left.then and right.then and not left.otherwise and not right.otherwise:
        return Condition(left.variable, sequence([left.then, right.then]), None)
    if left.otherwise and right.otherwise and not left.then and not right.then:
        return Condition(left.variable, None, sequence([left.otherwise, right.otherwise]))
    return None
