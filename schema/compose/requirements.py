"""Who may see it, as sets of sets: ``[["a", "b"], ["c"]]`` asks for a and b together, or for c."""

from collections.abc import Iterable

from graphql import ListValueNode, StringValueNode, ValueNode

from .elements import Element, applied

Alternatives = frozenset[frozenset[str]]

#: the directives that guard, and the argument that says who may
ARGUMENTS: dict[str, str | None] = {"authenticated": None, "requiresScopes": "scopes", "policy": "policies"}
#: asks for nothing
OPEN: Alternatives = frozenset({frozenset()})
_SIGNED_IN: Alternatives = frozenset({frozenset({"authenticated"})})

#: by directive
Needs = dict[str, Alternatives]


def alternatives(value: ValueNode | None) -> Alternatives:
    """The argument of @requiresScopes or @policy; a lone string stands for a list of it, twice."""
    rows = value.values if isinstance(value, ListValueNode) else ()
    return frozenset(
        frozenset(
            item.value
            for item in (row.values if isinstance(row, ListValueNode) else (row,))
            if isinstance(item, StringValueNode)
        )
        for row in rows
    )


def both(one: Alternatives, other: Alternatives) -> Alternatives:
    """What asks for ``one`` and for ``other``; alternatives that ask for more than another are dropped."""
    return minimal(left | right for left in one for right in other)


def minimal(rows: Iterable[frozenset[str]]) -> Alternatives:
    kept: list[frozenset[str]] = []
    for row in sorted(set(rows), key=len):
        if not any(other <= row for other in kept):
            kept.append(row)
    return frozenset(kept)


def implies(given: Alternatives, wanted: Alternatives) -> bool:
    """Whether everyone who meets ``given`` meets ``wanted`` too."""
    return all(any(want <= row for want in wanted) for row in given)


def as_value(rows: Alternatives) -> ListValueNode:
    """In the order that makes the SDL the same each time: short alternatives first, then by name."""
    ordered = sorted((sorted(row) for row in rows), key=lambda row: (len(row), row))
    return ListValueNode(
        values=tuple(ListValueNode(values=tuple(StringValueNode(value=v) for v in row)) for row in ordered)
    )


def needs(element: Element) -> Needs:
    """What each of the three directives on the element asks for."""
    found = {}
    for spec, argument in ARGUMENTS.items():
        directive = applied(element, spec)
        if directive is not None:
            found[spec] = alternatives(directive.args.get(argument)) if argument else _SIGNED_IN
    return found


def together(*several: Needs) -> Needs:
    """Everything that any of them asks for."""
    merged: Needs = {}
    for one in several:
        for spec, wanted in one.items():
            merged[spec] = both(merged.get(spec, OPEN), wanted)
    return merged
