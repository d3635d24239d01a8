"""Hooks of ``agencies``: the state agencies of the city, and which of them answers for what."""

from __future__ import annotations

from pydantic import BaseModel
from sqlmodel import SQLModel

from gateway.plugin import About, Context, SubgraphTypes, hookimpl, question
from plugins.agencies import service
from plugins.agencies.graph import Query
from plugins.agencies.loaders import AgencyByKey
from plugins.agencies.models import Table
from plugins.agencies.settings import Settings
from plugins.agencies.types import Agency, Ward
from schema.geo import Point


class Questions:
    """What ``agencies`` asks the others."""

    @question
    async def agencies_ward_of(self, context: Context, point: Point) -> str | None:
        """Code of the ward that holds the point; None outside the city."""
        raise NotImplementedError


@hookimpl
def about() -> About:
    return About(title="Cơ quan nhà nước", owner="VP-UBND")


@hookimpl
def settings() -> type[BaseModel]:
    return Settings


@hookimpl
def tables() -> type[SQLModel]:
    return Table


@hookimpl
def subgraph() -> SubgraphTypes:
    return SubgraphTypes(query=Query, types=(Agency, Ward))


@hookimpl
def questions() -> type:
    return Questions


@hookimpl
async def feedback_agency_for(context: Context, category: str, ward_code: str | None) -> str | None:
    """Key of the agency that answers for the category in the ward; None when nobody does."""
    row = await context.read(service.agency_for_report, category, ward_code)
    return row.key if row else None


@hookimpl
async def feedback_agency_exists(context: Context, key: str) -> bool:
    return await context.load(AgencyByKey, key) is not None
