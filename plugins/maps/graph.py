"""Queries of ``maps``."""

from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.plugin import Info, Refused, local_id
from plugins.maps import conversion, features, service
from plugins.maps.cache import cache_of
from plugins.maps.service import Filter
from plugins.maps.settings import Settings
from plugins.maps.types import (
    AddressCandidate,
    FormerUnit,
    Layer,
    MapFeature,
    MapFeaturePage,
    NearbyWard,
    Ward,
    WardAt,
    WardKind,
)
from schema.geo import BBoxInput, LatLngInput
from schema.paging import PAGE_MOST, Connection, Page, window
from schema.text import check_search

First = Annotated[int | None, strawberry.argument(description=f"1 to {PAGE_MOST}; 20 when not given.")]


@strawberry.type
class Query:
    @strawberry.field(description="One ward, by its id or its code.")
    async def ward(
        self,
        info: Info,
        id: strawberry.ID | None = None,
        code: Annotated[str | None, strawberry.argument(description="Five digits.")] = None,
    ) -> Ward | None:
        if (id is None) == (code is None):
            raise Refused("ward needs id or code, one of them.", code="ID_OR_CODE", field="id")
        return await Ward.load(info, code if code is not None else local_id("Ward", id or ""))

    @strawberry.field(description="The city's wards: those whose name fits the search best first, then by name.")
    async def wards(
        self,
        info: Info,
        search: Annotated[
            str | None, strawberry.argument(description="Words of the name, with or without marks, or a code.")
        ] = None,
        kind: WardKind | None = None,
        first: First = None,
        after: Annotated[str | None, strawberry.argument(description="A cursor of the page before.")] = None,
    ) -> Connection[Ward] | None:
        check_search(search, most=info.context.settings(Settings).text_most)
        asked = window(first, after, width=3)
        wanted = Filter(str(kind.value) if kind else None, search)
        rows = await info.context.read(service.list_wards, wanted, asked)

        async def count() -> int:
            return await info.context.read(service.count_wards, wanted)

        return Connection.of(Page.of(rows, asked, service.sort_key), lambda listed: Ward.of(listed.row), count)

    @strawberry.field(description="The ward that holds a point; null outside the city.")
    async def ward_at(self, info: Info, point: LatLngInput) -> WardAt | None:
        found = (await cache_of(info.context.services).get()).at(point.to_point())
        return WardAt(code=found.code, approximate=found.approximate, distance_m=found.distance_m) if found else None

    @strawberry.field(description="The wards nearest to a point, the nearest first.")
    async def nearest_wards(self, info: Info, point: LatLngInput, first: First = 5) -> list[NearbyWard] | None:
        limit = window(first, None, width=1).limit
        found = (await cache_of(info.context.services).get()).nearest(point.to_point(), limit)
        return [NearbyWard(code=near.code, distance_m=near.distance_m) for near in found]

    @strawberry.field(description="Today's wards for an address of before 2025-07-01, the likeliest first.")
    async def convert_address(
        self,
        info: Info,
        text: Annotated[str, strawberry.argument(description="Such as: Phường Hiệp Thành, Thủ Dầu Một.")],
    ) -> list[AddressCandidate] | None:
        most = info.context.settings(Settings).text_most
        found = await info.context.read(conversion.convert_address, text, most=most)
        return [_candidate(candidate) for candidate in found]

    @strawberry.field(description="The layers of the map, of all plugins.")
    async def layers(self, info: Info) -> list[Layer] | None:
        return [Layer(key=key, title=title) for key, title in (await features.layers_of(info.context)).items()]

    @strawberry.field(description="What is on the map in a box.")
    async def features(
        self,
        info: Info,
        bbox: BBoxInput,
        layers: Annotated[
            list[str] | None, strawberry.argument(description="Keys of layers; all of them when not given.")
        ] = None,
        first: First = None,
    ) -> MapFeaturePage | None:
        limit = window(first, None, width=1).limit
        found, more = await features.features_in(info.context, bbox.to_box(), layers, limit)
        return MapFeaturePage(nodes=[MapFeature.of(feature) for feature in found], has_more=more)


def _candidate(found: conversion.Candidate) -> AddressCandidate:
    former = FormerUnit.of(found.former) if found.former else None
    return AddressCandidate(
        code=found.ward_code,
        former=former,
        is_default=found.is_default,
        relation=former.relation if former else None,
    )
