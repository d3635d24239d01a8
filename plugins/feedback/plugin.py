"""Phản ánh kiến nghị: the hooks of the plugin, and its answer to the map."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from sqlmodel import SQLModel

from gateway.plugin import About, Context, SubgraphTypes, global_id, hookimpl
from identity.data_subject import check_asker
from plugins.feedback.asking import Questions
from plugins.feedback.graph import Mutation, Query, Subscription
from plugins.feedback.models import Table
from plugins.feedback.persons import cut_person, held_of
from plugins.feedback.queries import reports_in
from plugins.feedback.settings import FeedbackSettings
from schema.geo import Box, MapFeature, Point

LAYER = "feedback.reports"


@hookimpl
def about() -> About:
    return About(title="Phản ánh kiến nghị", owner="TTCDS")


@hookimpl
def settings() -> type[BaseModel]:
    return FeedbackSettings


@hookimpl
def tables() -> type[SQLModel]:
    return Table


@hookimpl
def questions() -> type:
    return Questions


@hookimpl
def subgraph() -> SubgraphTypes:
    return SubgraphTypes(query=Query, mutation=Mutation, subscription=Subscription)


@hookimpl
async def map_layers(context: Context) -> dict[str, str]:
    return {LAYER: "Phản ánh, kiến nghị"}


@hookimpl
async def map_features_in(context: Context, box: Box, layers: tuple[str, ...], limit: int) -> list[MapFeature]:
    """Reports in the box that the one who asks may know of, the newest first."""
    if LAYER not in layers:
        return []
    rows = await context.read(reports_in, box, limit, context.actor)
    return [MapFeature(global_id("Report", row.key), LAYER, row.title, Point(row.lat, row.lng)) for row in rows]


@hookimpl
async def accounts_export(context: Context, person: str) -> dict[str, Any]:
    check_asker(context.actor, person)
    return await context.read(held_of, person)


@hookimpl
async def accounts_erase(context: Context, person: str) -> dict[str, Any]:
    check_asker(context.actor)
    return await context.change(cut_person, person)
