"""The way of a comparison: what clients notice, who is let in, what changed behind; worst first."""

from dataclasses import dataclass

from graphql import GraphQLSchema

from schema.contracts.reading import Source

from .access import access_changes
from .change import Change
from .clients import client_changes, worst_first
from .federation import federation_changes


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two. ``supergraph``: None where only the public schema is known."""

    public: GraphQLSchema
    supergraph: Source | None = None


def compare_schemas(old: Side, new: Side) -> list[Change]:
    """All changes from old to new; what is behind the public schema only where both sides are supergraphs."""
    changes = client_changes(old.public, new.public)
    if old.supergraph is not None and new.supergraph is not None:
        changes += access_changes(old.supergraph, new.supergraph)
        changes += federation_changes(old.supergraph, new.supergraph)
    return list(worst_first(changes))
