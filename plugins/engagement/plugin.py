"""The hooks of engagement: notifications of one's own matters, news, and urgent alerts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from sqlmodel import SQLModel

from gateway.plugin import About, Context, Listener, SubgraphTypes, hookimpl, question
from identity.data_subject import check_asker
from plugins.engagement.catalogue import catalogue
from plugins.engagement.graph import Mutation, Query, Subscription
from plugins.engagement.models import Table
from plugins.engagement.service.inbox import notify_reporter
from plugins.engagement.service.persons import erase_person, held_of
from plugins.engagement.settings import EngagementSettings


class Questions:
    """What engagement asks the other plugins."""

    @question
    async def engagement_wards_known(self, context: Context, codes: list[str]) -> list[str]:
        """Those of ``codes`` (GSO codes of wards) that are wards of the city today."""
        raise NotImplementedError


@hookimpl
def about() -> About:
    return About(title="Tương tác", owner="VP-UBND")


@hookimpl
def settings() -> type[BaseModel]:
    return EngagementSettings


@hookimpl
def tables() -> type[SQLModel]:
    return Table


@hookimpl
def subgraph() -> SubgraphTypes:
    return SubgraphTypes(query=Query, mutation=Mutation, subscription=Subscription)


@hookimpl
def questions() -> type:
    return Questions


@hookimpl
def listeners() -> Sequence[Listener]:
    return [Listener("notify_reporter", tuple(catalogue()), notify_reporter)]


@hookimpl
async def accounts_export(context: Context, person: str) -> dict[str, Any]:
    check_asker(context.actor, person)
    return await context.read(held_of, person)


@hookimpl
async def accounts_erase(context: Context, person: str) -> dict[str, Any]:
    check_asker(context.actor)
    return await context.change(erase_person, person)
