"""How the types of one field or argument in several subgraphs become one type."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from .elements import Kind, TypeDef, is_list, list_item, named, nullable


class Types(Protocol):
    """The merged types, as far as their members and interfaces are known."""

    @property
    def types(self) -> Mapping[str, TypeDef]: ...


def is_subtype(supergraph: Types, sub: str, base: str) -> bool:
    """Whether every value of ``sub`` is one of ``base``: less nullable, a member, an implementation."""
    if sub == base:
        return True
    if sub.endswith("!"):
        return is_subtype(supergraph, nullable(sub), nullable(base))
    if base.endswith("!"):
        return False
    if is_list(sub) or is_list(base):
        return is_list(sub) and is_list(base) and is_subtype(supergraph, list_item(sub), list_item(base))
    abstract = supergraph.types.get(base)
    if abstract is None or named(sub) not in supergraph.types:
        return False
    if abstract.kind is Kind.UNION:
        return sub in abstract.members
    return abstract.kind is Kind.INTERFACE and base in supergraph.types[sub].interfaces


def widest(supergraph: Types, types: Sequence[str]) -> str | None:
    """For what comes out: the one of ``types`` that takes in all others, None where there is none."""
    for candidate in dict.fromkeys(types):
        if all(is_subtype(supergraph, other, candidate) for other in types):
            return candidate
    return None


def narrowest(supergraph: Types, types: Sequence[str]) -> str | None:
    """For what goes in: the one of ``types`` that all others take, None where there is none."""
    for candidate in dict.fromkeys(types):
        if all(is_subtype(supergraph, candidate, other) for other in types):
            return candidate
    return None
