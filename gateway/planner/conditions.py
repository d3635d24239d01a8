"""Under which ``@skip`` and ``@include`` a thing is wanted: a disjunction of conjunctions of literals.

Conditions are absolute: a field's holds those of the fields and fragments around it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

Literal: TypeAlias = tuple[str, bool]
Conjunction: TypeAlias = frozenset[Literal]
Conditions: TypeAlias = frozenset[Conjunction]

EMPTY: Conjunction = frozenset()
ALWAYS: Conditions = frozenset({EMPTY})
ALTERNATIVES_MAX = 8


def any_of(alternatives: Iterable[Conjunction]) -> Conditions:
    """The disjunction, without alternatives that others imply; ``a or not a`` is dropped."""
    kept = set(alternatives)
    if EMPTY in kept or not kept:
        return ALWAYS
    changed = True
    while changed:
        changed = False
        for one in sorted(kept, key=sorted):
            for variable, expected in one:
                other = (one - {(variable, expected)}) | {(variable, not expected)}
                if other in kept:
                    kept -= {one, other}
                    kept.add(one - {(variable, expected)})
                    changed = True
                    break
            if changed:
                break
    if EMPTY in kept:
        return ALWAYS
    return frozenset(one for one in kept if not any(other < one for other in kept))


def either(left: Conditions, right: Conditions) -> Conditions:
    """``left or right``; ALWAYS when that would become long (to fetch more is allowed, to fetch less is not)."""
    if left is ALWAYS or right is ALWAYS:
        return ALWAYS
    if left == right:
        return left
    both = any_of(left | right)
    return both if len(both) <= ALTERNATIVES_MAX else ALWAYS


def common(conditions: Conditions) -> Conjunction:
    """The literals that every alternative has."""
    return frozenset.intersection(*conditions)


def within(conditions: Conditions, around: Conjunction) -> Conditions:
    """``conditions`` where ``around`` is known to hold."""
    if not around or conditions is ALWAYS:
        return conditions
    return any_of(one - around for one in conditions)


def with_literal(around: Conjunction, literal: Literal) -> Conjunction | None:
    """``around and literal``; None when that can never be."""
    variable, expected = literal
    return None if (variable, not expected) in around else around | {literal}
