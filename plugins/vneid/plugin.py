"""The hooks of vneid: one's own identity, the levels, and signing in during development."""

from __future__ import annotations

from gateway.plugin import About, SubgraphTypes, hookimpl
from plugins.vneid.graph import Mutation, Query


@hookimpl
def about() -> About:
    return About(title="VNeID", owner="TTCDS")


@hookimpl
def subgraph() -> SubgraphTypes:
    return SubgraphTypes(query=Query, mutation=Mutation)
