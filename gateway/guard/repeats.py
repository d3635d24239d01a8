"""How often a document selects the same thing in the same place: what validation compares in pairs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionSetNode,
)

# Comparing two fields that have fields below costs validation so many times what comparing two leaves costs.
_COMPOSITE: Final = 7
_STEPS: Final = 20_000


def count_comparisons(document: DocumentNode, sets: Iterable[SelectionSetNode], most: int) -> int:
    """Comparisons that OverlappingFieldsCanBeMerged makes of ``sets``, in units of two leaves; stops above ``most``.

    Walks what the fragments expand to; more than 20,000 selections of that are above any ``most``.
    """
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    total = steps = 0
    levels = [[one] for one in sets]
    while levels and total <= most:
        fields, walked = _by_key(levels.pop(), fragments, _STEPS - steps)
        steps += walked
        if steps > _STEPS:
            return most + 1
        for same in fields.values():
            below = [node.selection_set for node in same if node.selection_set is not None]
            pairs = len(same) * (len(same) - 1) // 2
            total += pairs * (_COMPOSITE if below else 1)
            if below:
                levels.append(below)
    return total


def _by_key(
    sets: list[SelectionSetNode], fragments: Mapping[str, FragmentDefinitionNode], steps: int
) -> tuple[dict[str, list[FieldNode]], int]:
    """The fields of one place, fragments' included, by response key; and how many selections were walked for that."""
    fields: dict[str, list[FieldNode]] = {}
    waiting = list(sets)
    walked = 0
    while waiting and walked <= steps:
        selections = waiting.pop().selections
        walked += len(selections)
        for node in selections:
            if isinstance(node, FieldNode):
                fields.setdefault((node.alias or node.name).value, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                waiting.append(node.selection_set)
            elif isinstance(node, FragmentSpreadNode) and (fragment := fragments.get(node.name.value)) is not None:
                waiting.append(fragment.selection_set)
    return fields, walked
