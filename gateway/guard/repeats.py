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


def count_comparisons(document: DocumentNode, sets: Iterable[SelectionSetNode], most: int) -> int:
    """Comparisons that OverlappingFieldsCanBeMerged makes of ``sets``, in units of two leaves; stops above ``most``.

    Walks what the fragments expand to, so only for a document whose expanded size is known to be bounded.
    """
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    total = 0
    levels = [[one] for one in sets]
    while levels and total <= most:
        for same in _by_key(levels.pop(), fragments).values():
            below = [node.selection_set for node in same if node.selection_set is not None]
            pairs = len(same) * (len(same) - 1) // 2
            total += pairs * (_COMPOSITE if below else 1)
            if below:
                levels.append(below)
    return total


def _by_key(
    sets: list[SelectionSetNode], fragments: Mapping[str, FragmentDefinitionNode]
) -> dict[str, list[FieldNode]]:
    """The fields of one place, fragments' included, by response key."""
    fields: dict[str, list[FieldNode]] = {}
    waiting = list(sets)
    while waiting:
        for node in waiting.pop().selections:
            if isinstance(node, FieldNode):
                fields.setdefault((node.alias or node.name).value, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                waiting.append(node.selection_set)
            elif isinstance(node, FragmentSpreadNode) and (fragment := fragments.get(node.name.value)) is not None:
                waiting.append(fragment.selection_set)
    return fields
