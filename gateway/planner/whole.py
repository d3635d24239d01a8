"""Whether a single fetch answers with exactly what the client asked for."""

from __future__ import annotations

from gateway.planner.occurrences import alternatives
from gateway.planner.plan import Projection
from gateway.planner.steps import Node, Step


def is_whole(step: Step, projection: Projection) -> bool:
    """Whether the step's answer has the client's own keys, in the client's order, and nothing more."""
    return _same(step.root(), projection, {})


def _same(node: Node, projection: Projection, known: dict[tuple[int, int], bool]) -> bool:
    key = (id(node), id(projection))
    found = known.get(key)
    if found is None:
        found = known[key] = all(_same_for(node, name, projection, known) for name in projection.by_type)
    return found


def _same_for(node: Node, name: str, projection: Projection, known: dict[tuple[int, int], bool]) -> bool:
    fields = projection.by_type[name]
    entries = [entry for entry in node.entries.values() if name in entry.types]
    if not entries or len(entries) != len(fields):
        return False
    for entry, field in zip(entries, fields, strict=True):
        if not entry.source == field.source == field.key or alternatives(entry.when) != field.when:
            return False
        if (entry.node is None) != (field.selection is None):
            return False
        if entry.node is not None and field.selection is not None and not _same(entry.node, field.selection, known):
            return False
    return True
