"""Hooks of ``maps``: wards, where a point is, old addresses, and what the plugins have on the map."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from pydantic import BaseModel
from sqlmodel import SQLModel

from gateway.plugin import About, Context, Services, SubgraphTypes, hookimpl, question
from plugins.maps import service
from plugins.maps.cache import cache_of, refreshed
from plugins.maps.graph import Query
from plugins.maps.models import Table
from plugins.maps.settings import Settings
from plugins.maps.types import Ward
from schema.geo import Box, MapFeature, Point


class Questions:
    """What ``maps`` asks the others."""

    @question
    async def map_features_in(
        self, context: Context, box: Box, layers: tuple[str, ...], limit: int
    ) -> list[MapFeature]:
        """Up to ``limit`` features of each of ``layers`` that is the answering plugin's, in the box."""
        raise NotImplementedError

    @question
    async def map_layers(self, context: Context) -> dict[str, str]:
        """Key -> Vietnamese title of the layers that the answering plugin has."""
        raise NotImplementedError


@hookimpl
def about() -> About:
    return About(title="Bản đồ", owner="SQHKT")


@hookimpl
def settings() -> type[BaseModel]:
    return Settings


@hookimpl
def tables() -> type[SQLModel]:
    return Table


@hookimpl
def subgraph() -> SubgraphTypes:
    return SubgraphTypes(query=Query, types=(Ward,))


@hookimpl
def questions() -> type:
    return Questions


@hookimpl
def lifespan(services: Services) -> AbstractAsyncContextManager[None]:
    return refreshed(services)


@hookimpl
async def map_features_in(context: Context, box: Box, layers: tuple[str, ...], limit: int) -> list[MapFeature]:
    return await context.read(service.labels_in, box, limit) if service.LAYER in layers else []


@hookimpl
async def map_layers(context: Context) -> dict[str, str]:
    return {service.LAYER: "Phường, xã, đặc khu"}


@hookimpl
async def feedback_ward_of(context: Context, point: Point) -> str | None:
    """Code of the ward that holds the point; None outside the city."""
    return await _ward_of(context, point)


@hookimpl
async def agencies_ward_of(context: Context, point: Point) -> str | None:
    """Code of the ward that holds the point; None outside the city."""
    return await _ward_of(context, point)


@hookimpl
async def accounts_ward_of(context: Context, point: Point) -> str | None:
    """Code of the ward that holds the point; None outside the city."""
    return await _ward_of(context, point)


@hookimpl
async def engagement_wards_known(context: Context, codes: list[str]) -> list[str]:
    """Those of the codes that are wards of the city."""
    return list(await context.read(service.wards_by_code, codes))


async def _ward_of(context: Context, point: Point) -> str | None:
    found = (await cache_of(context.services).get()).at(point)
    return found.code if found else None
