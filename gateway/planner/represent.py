"""Representations: the key and required fields of an object, read back from the merged tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.planner.plan import RepresentationField
from gateway.planner.steps import Sent

if TYPE_CHECKING:
    from gateway.planner.graph import PlanningGraph
    from gateway.planner.routes import Route
    from gateway.planner.sources import Sources
    from gateway.planner.wanted import Selection

NO_TYPES: frozenset[str] = frozenset()


def representation_fields(
    graph: PlanningGraph, sources: Sources, selection: Selection, types: frozenset[str]
) -> tuple[RepresentationField, ...]:
    """The fields of a field set for objects of ``types``, as the steps before have fetched them."""
    found: tuple[RepresentationField, ...] = ()
    for item in selection.items:
        of = item.types & types
        if not of:
            continue
        for held, source in sources.take(graph, item, of):
            below: tuple[RepresentationField, ...] = ()
            if item.children is not None:
                returned = frozenset().union(*(graph.concretes(graph.returned(one, item.name)) for one in held))
                below = representation_fields(graph, sources.child(source), item.children, returned)
            one = RepresentationField(item.name, source, NO_TYPES if held == types else held, below)
            found = merged_fields(found, (one,)) or (*found, one)
    return found


def sent_by(
    graph: PlanningGraph, sources: Sources, types: frozenset[str], route: Route, requires: Selection | None
) -> dict[str, Sent]:
    """What a step sends that goes by ``route``, which has a key, and asks for what ``requires`` the rest."""
    keys = graph.field_sets.of(types, route.key or "")
    found: dict[str, Sent] = {}
    for concrete in sorted(types):
        one = frozenset({concrete})
        fields = representation_fields(graph, sources, keys, one)
        mandatory = tuple(sorted(field.source for field in fields))
        if requires is not None:
            more = representation_fields(graph, sources, requires, one)
            fields = merged_fields(fields, more) or fields
        found[concrete] = Sent(route.interface or None, fields, mandatory)
    return found


def joined(old: Sent | None, new: Sent) -> Sent:
    """Both together."""
    if old is None or old is new:
        return new
    fields = merged_fields(old.fields, new.fields)
    return Sent(old.entity, fields or old.fields, tuple(sorted({*old.mandatory, *new.mandatory})))


def merged_fields(
    left: tuple[RepresentationField, ...], right: tuple[RepresentationField, ...]
) -> tuple[RepresentationField, ...] | None:
    """Both together, each field once; None when one name would need two values."""
    merged = list(left)
    for new in right:
        for index, old in enumerate(merged):
            if old.name != new.name or _apart(old.on_types, new.on_types):
                continue
            if old.source != new.source:
                return None
            if old.on_types == new.on_types:
                below = merged_fields(old.fields, new.fields)
                if below is None:
                    return None
                merged[index] = RepresentationField(old.name, old.source, old.on_types, below)
                break
        else:
            merged.append(new)
    return tuple(merged)


def _apart(left: frozenset[str], right: frozenset[str]) -> bool:
    return bool(left) and bool(right) and not left & right
