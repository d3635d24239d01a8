"""Where a response key occurs in the document: for which types and when, and which occurrences belong together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from graphql import BooleanValueNode, FieldNode, SelectionNode, SelectionSetNode, VariableNode

from gateway.planner.conditions import ALWAYS, EMPTY, Conditions, Conjunction, any_of, with_literal
from gateway.planner.plan import When

Stands: TypeAlias = list[tuple[int, tuple[tuple[When, ...], ...]]]
Around: TypeAlias = tuple[tuple[SelectionSetNode, Conjunction], ...]


@dataclass(slots=True, eq=False)
class Occurrence:
    """A field as it stands in the document, once for each way to it: where, for which types, when."""

    order: int
    node: FieldNode
    types: frozenset[str]
    when: Conjunction


def narrowed(node: SelectionNode, when: Conjunction) -> Conjunction | None:
    """``when`` and the node's own ``@skip`` and ``@include``; None when it is never wanted."""
    found: Conjunction | None = when
    for directive in node.directives or ():
        if directive.name.value not in {"skip", "include"} or found is None:
            continue
        expected = directive.name.value == "include"
        value = (directive.arguments or ())[0].value
        if isinstance(value, VariableNode):
            found = with_literal(found, (value.name.value, expected))
        elif isinstance(value, BooleanValueNode) and value.value != expected:
            return None
    return found


def conditional(node: SelectionSetNode) -> bool:
    """Whether anything in a selection set hangs on a variable; fragments that are spread are not looked into."""
    for child in node.selections:
        conditions = [one for one in child.directives or () if one.name.value in {"skip", "include"}]
        if any(isinstance(argument.value, VariableNode) for one in conditions for argument in one.arguments or ()):
            return True
        below = getattr(child, "selection_set", None)
        if below is not None and conditional(below):
            return True
    return False


def alike(occurrences: list[Occurrence]) -> list[tuple[frozenset[str], list[Occurrence]]]:
    """The occurrences of a response key, grouped by the types that they are for."""
    groups: dict[frozenset[str], list[Occurrence]] = {}
    for one in occurrences:
        groups.setdefault(one.types, []).append(one)
    return list(groups.items())


def classes(occurrences: list[Occurrence]) -> list[tuple[frozenset[str], list[Occurrence]]]:
    """The types that a response key is wanted of, grouped by which occurrences hold for them."""
    groups: dict[tuple[int, ...], set[str]] = {}
    for concrete in sorted(frozenset().union(*(one.types for one in occurrences))):
        holding = tuple(index for index, one in enumerate(occurrences) if concrete in one.types)
        groups.setdefault(holding, set()).add(concrete)
    return [(frozenset(types), [occurrences[i] for i in holding]) for holding, types in groups.items()]


def below_of(same: list[Occurrence]) -> Around:
    """The selection sets below some occurrences of one field, each once."""
    found: dict[tuple[int, Conjunction], tuple[SelectionSetNode, Conjunction]] = {}
    for one in same:
        if one.node.selection_set:
            found.setdefault((id(one.node.selection_set), one.when), (one.node.selection_set, one.when))
    return tuple(found.values())


def stands_of(same: list[Occurrence]) -> Stands:
    """Where a response key stands among its siblings, and when: at the first of its occurrences that holds."""
    found: dict[Conjunction, int] = {}
    for one in same:
        found.setdefault(one.when, one.order)
        if one.when == EMPTY:
            break
    return [(order, alternatives(any_of([when]))) for when, order in found.items()]


def alternatives(conditions: Conditions) -> tuple[tuple[When, ...], ...]:
    """Conditions as a plan shows them; empty where they always hold."""
    if conditions is ALWAYS:
        return ()
    return tuple(
        tuple(When(variable, expected) for variable, expected in sorted(one)) for one in sorted(conditions, key=sorted)
    )
