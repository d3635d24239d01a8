"""Places of the merged tree in the client's words: sources become response keys, what the client did not ask is cut."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from graphql import FieldNode, InlineFragmentNode, OperationDefinitionNode

from gateway.execution.entities import ClientPath
from gateway.planner.plan import Fetch, ProjectedField, Projection


class ClientPaths:
    """Translates paths of one merged tree."""

    __slots__ = ("_projection", "_tree")

    def __init__(self, projection: Projection, tree: Mapping[str, Any]) -> None:
        self._projection = projection
        self._tree = tree

    def translate(self, path: Iterable[str | int]) -> ClientPath:
        """The client's path of the place at ``path`` (sources and list indices).

        It ends at the last step that the client knows: a key that the planner added has no place in the answer.
        """
        found: list[str | int] = []
        projection: Projection | None = self._projection
        value: Any = self._tree
        for step in path:
            if isinstance(step, int):
                value = value[step] if isinstance(value, list) and step < len(value) else None
                found.append(step)
                continue
            field = None if projection is None else _field_at(projection, step, value)
            if field is None:
                break
            found.append(field.key)
            projection = field.selection
            value = value.get(step) if isinstance(value, dict) else None
        return tuple(found)


def _field_at(projection: Projection, source: str, value: Any) -> ProjectedField | None:
    """The client's field that reads ``source`` at a place; of any of its types, when the object's is not known."""
    typename = projection.sole
    if typename is None and isinstance(value, dict):
        typename = value.get("__typename")
    tables = projection.by_type
    known = tables.get(typename) if typename is not None else None
    for fields in [known] if known is not None else tables.values():
        for field in fields:
            if field.source == source:
                return field
    return None


def common_place(places: list[ClientPath]) -> ClientPath:
    """The deepest place that holds all of ``places``; it does not end in an index when it holds several."""
    if not places:
        return ()
    common = places[0]
    for place in places[1:]:
        length = 0
        for ours, theirs in zip(common, place, strict=False):
            if ours != theirs:
                break
            length += 1
        common = common[:length]
    return common


def root_sources(fetch: Fetch) -> list[str]:
    """The sources of the root fields that a fetch asks for."""
    sources: list[str] = []
    for definition in fetch.document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            pending = list(definition.selection_set.selections)
            while pending:
                node = pending.pop(0)
                if isinstance(node, FieldNode):
                    sources.append((node.alias or node.name).value)
                elif isinstance(node, InlineFragmentNode):
                    pending[:0] = node.selection_set.selections
    return sources
