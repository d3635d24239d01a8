"""Who may see what: @authenticated, @requiresScopes and @policy of a supergraph, or of a single subgraph's SDL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from graphql import DocumentNode

from gateway.planner.join import arguments
from schema.compose.errors import Report
from schema.compose.links import APOLLO, Links, read_links

_RULES: Final = frozenset({"authenticated", "requiresScopes", "policy"})


@dataclass(frozen=True, slots=True)
class Access:
    """Who may see a type or field: ``scopes`` and ``policies`` are alternatives (any) of conjunctions (all)."""

    authenticated: bool = False
    scopes: tuple[tuple[str, ...], ...] = ()
    policies: tuple[tuple[str, ...], ...] = ()


def access_of(document: DocumentNode) -> dict[str, Access]:
    """The rules by coordinate, ``"Type"`` or ``"Type.field"``; one without rules is absent.

    A directive is known by what its @link says that it means, whatever its name is here. A type that is extended may
    have its rules at any of its definitions.
    """
    links = read_links(document, "", Report(()))
    applied: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    names: dict[str, str | None] = {}
    for node in document.definitions:
        name = getattr(getattr(node, "name", None), "value", None)
        if name is None or node.kind == "directive_definition":
            continue
        for coordinate, element in _with_fields(name, node):
            for directive in element.directives or ():
                local = directive.name.value
                if local not in names:
                    names[local] = _meaning(local, links)
                if (rule := names[local]) is not None:
                    applied.setdefault(coordinate, []).append((rule, arguments(directive)))
    return {coordinate: _access(rules) for coordinate, rules in applied.items()}


def _with_fields(name: str, node: Any) -> Iterable[tuple[str, Any]]:
    if hasattr(node, "directives"):
        yield name, node
    for item in getattr(node, "fields", None) or ():
        yield f"{name}.{item.name.value}", item


def _meaning(local: str, links: Links) -> str | None:
    """The rule that a directive of this name is; None for any other directive."""
    found = links.by_directive(local)
    if found is None:
        # Without a link a name means what it says: better a guard too many.
        rule = local
    else:
        link, rule = found
        if not link.identity.startswith(APOLLO):
            return None
    return rule if rule in _RULES else None


def _access(rules: Iterable[tuple[str, Mapping[str, Any]]]) -> Access:
    authenticated = False
    scopes: tuple[tuple[str, ...], ...] = ()
    policies: tuple[tuple[str, ...], ...] = ()
    for rule, values in rules:
        if rule == "authenticated":
            authenticated = True
        elif rule == "requiresScopes":
            scopes = _both(scopes, values["scopes"])
        else:
            policies = _both(policies, values["policies"])
    return Access(authenticated, scopes, policies)


def _both(asked: tuple[tuple[str, ...], ...], more: list[list[str]]) -> tuple[tuple[str, ...], ...]:
    """What meets the one and the other."""
    new = tuple(tuple(names) for names in more)
    if not asked:
        return new
    return tuple(tuple(dict.fromkeys(before + names)) for before in asked for names in new)
