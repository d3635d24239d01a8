"""Who may see a type or field: @authenticated, @requiresScopes and @policy that came, went or changed."""

from collections.abc import Iterator

from graphql import ListValueNode, StringValueNode, ValueNode

from schema.compose.elements import Element, applied
from schema.contracts.reading import Source, elements_of

from .change import Change, Level

Alternatives = frozenset[frozenset[str]]  # enough is one of them, and it whole
_EVERYBODY: Alternatives = frozenset({frozenset()})
_ARGUMENTS = {"authenticated": None, "requiresScopes": "scopes", "policy": "policies"}


def access_changes(old: Source, new: Source) -> Iterator[Change]:
    """Of what clients see in both. Breaking where somebody who was let in need not be any more."""
    for name, before in old.types.items():
        after = new.types.get(name)
        if after is None or _hidden(before) or _hidden(after):
            continue
        now = dict(elements_of(after))
        for where, element in elements_of(before):
            if where in now and not _hidden(element) and not _hidden(now[where]):
                yield from _changes(where, element, now[where])


def _hidden(element: Element) -> bool:
    return applied(element, "inaccessible") is not None


def _changes(where: str, before: Element, after: Element) -> Iterator[Change]:
    for directive in _ARGUMENTS:
        was, is_now = _asked(before, directive), _asked(after, directive)
        if was == is_now:
            continue
        if is_now == _EVERYBODY:
            said = f"{where} no longer asks for {_said(directive, was)}."
            yield Change(Level.DANGEROUS, "ACCESS_REMOVED", where, said)
        elif was == _EVERYBODY:
            yield Change(Level.BREAKING, "ACCESS_ADDED", where, f"{where} asks for {_said(directive, is_now)} now.")
        else:
            said = f"{where} asks for {_said(directive, is_now)} now; before for {_said(directive, was)}."
            still_in = all(any(enough <= held for enough in is_now) for held in was)
            level, code = (Level.DANGEROUS, "ACCESS_LOOSENED") if still_in else (Level.BREAKING, "ACCESS_TIGHTENED")
            yield Change(level, code, where, said)


def _asked(element: Element, directive: str) -> Alternatives:
    found = applied(element, directive)
    if found is None:
        return _EVERYBODY
    argument = _ARGUMENTS[directive]
    if argument is None:
        return frozenset({frozenset({directive})})
    return frozenset(frozenset(_texts(group)) for group in _items(found.args.get(argument)))


def _items(value: ValueNode | None) -> tuple[ValueNode, ...]:
    """A value where a list is asked for is a list of it."""
    if value is None:
        return ()
    return tuple(value.values) if isinstance(value, ListValueNode) else (value,)


def _texts(value: ValueNode) -> Iterator[str]:
    return (item.value for item in _items(value) if isinstance(item, StringValueNode))


def _said(directive: str, asked: Alternatives) -> str:
    """``@authenticated``, ``@requiresScopes of a and b, or c``."""
    if _ARGUMENTS[directive] is None:
        return f"@{directive}"
    return f"@{directive} of {', or '.join(sorted(' and '.join(sorted(group)) for group in asked))}"
