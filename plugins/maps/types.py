"""Types of ``maps`` in the graph."""

from __future__ import annotations

from enum import Enum

import strawberry

from gateway.plugin import Info, Refused, global_id, local_id
from plugins.maps.cache import cache_of
from plugins.maps.loaders import FormerUnitsByWard, WardByCode
from plugins.maps.models import FormerUnitRow, WardRow
from schema import geo
from schema.geo import Box, LatLng


@strawberry.enum(description="What kind of unit a ward is.")
class WardKind(Enum):
    WARD = strawberry.enum_value("WARD", description="Phường.")
    COMMUNE = strawberry.enum_value("COMMUNE", description="Xã.")
    SPECIAL_ZONE = strawberry.enum_value("SPECIAL_ZONE", description="Đặc khu.")


@strawberry.enum(description="How a unit of before 2025-07-01 went into the wards of today.")
class FormerRelation(Enum):
    WHOLE = strawberry.enum_value("WHOLE", description="All of it lies in one ward.")
    SPLIT = strawberry.enum_value("SPLIT", description="It was split: only a part of it lies in this ward.")


@strawberry.federation.type(description="South-west and north-east corners, WGS 84 degrees.")
class BBox:
    south: float
    west: float
    north: float
    east: float

    @classmethod
    def of(cls, box: Box) -> BBox:
        return cls(south=box.south, west=box.west, north=box.north, east=box.east)


@strawberry.federation.type(description="A ward, commune or township of before 2025-07-01.")
class FormerUnit:
    code: str | None = strawberry.field(description="Its code of the time, five digits.")
    name: str = strawberry.field(description="Such as Phường Hiệp Thành.")
    district: str = strawberry.field(description="Such as Thành phố Thủ Dầu Một.")
    province: str
    relation: FormerRelation

    @classmethod
    def of(cls, row: FormerUnitRow) -> FormerUnit:
        relation = FormerRelation.WHOLE if row.share == "WHOLE" else FormerRelation.SPLIT
        return cls(
            code=row.code or None, name=row.name, district=row.district, province=row.province, relation=relation
        )


@strawberry.federation.type(keys=["id"], description="One of the city's 168 wards, communes and special zone.")
class Ward:
    id: strawberry.ID
    code: str = strawberry.field(description="Of the General Statistics Office, five digits.")
    kind: WardKind
    name: str = strawberry.field(description="Such as Bến Thành.")
    full_name: str = strawberry.field(description="Such as Phường Bến Thành.")
    name_en: str
    area_km2: float = strawberry.field(name="areaKm2", description="Square kilometres.")
    center: LatLng = strawberry.field(description="Where its label stands, inside it.")
    bbox: BBox

    @classmethod
    def of(cls, row: WardRow) -> Ward:
        return cls(
            id=global_id("Ward", row.code),
            code=row.code,
            kind=WardKind(row.kind),
            name=row.name,
            full_name=row.full_name,
            name_en=row.name_en,
            area_km2=row.area_km2,
            center=LatLng(lat=row.lat, lng=row.lng),
            bbox=BBox(south=row.south, west=row.west, north=row.north, east=row.east),
        )

    @classmethod
    async def load(cls, info: Info, code: str) -> Ward | None:
        row = await info.context.load(WardByCode, code)
        return cls.of(row) if row else None

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Ward | None:
        try:
            return await cls.load(info, local_id("Ward", id))
        except Refused:
            # Another subgraph's link may be no ward's id: then there is no such ward.
            return None

    @strawberry.field(description="The wards that border on it; null until ward polygons are imported.")
    async def neighbours(self, info: Info) -> list[Ward] | None:
        codes = (await cache_of(info.context.services).get()).neighbours(self.code)
        if codes is None:
            return None
        rows = await info.context.loader(WardByCode).load_many(codes)
        return [Ward.of(row) for row in rows if row is not None]

    @strawberry.field(description="The units of before 2025-07-01 that lie in it, whole or in part.")
    async def former_units(self, info: Info) -> list[FormerUnit]:
        return [FormerUnit.of(row) for row in await info.context.load(FormerUnitsByWard, self.code) or ()]


@strawberry.federation.type(description="The ward that holds a point.")
class WardAt:
    code: strawberry.Private[str]
    approximate: bool = strawberry.field(
        description="True: found by the nearest label point, since no polygon is known; it may be a neighbour's."
    )
    distance_m: float = strawberry.field(
        description="Metres from the point to the ward, 0 inside; to its label point when approximate."
    )

    @strawberry.field
    async def ward(self, info: Info) -> Ward | None:
        return await Ward.load(info, self.code)


@strawberry.federation.type(description="A ward and how far it is.")
class NearbyWard:
    code: strawberry.Private[str]
    distance_m: float = strawberry.field(
        description="Metres to the ward, 0 inside it; to its label point when its polygon is not known."
    )

    @strawberry.field
    async def ward(self, info: Info) -> Ward | None:
        return await Ward.load(info, self.code)


@strawberry.federation.type(description="A ward that an address may be in today.")
class AddressCandidate:
    code: strawberry.Private[str]
    former: FormerUnit | None = strawberry.field(
        description="The unit that the address names; null when it names today's ward."
    )
    is_default: bool = strawberry.field(description="The one to take of its former unit when nothing tells which.")
    relation: FormerRelation | None

    @strawberry.field
    async def ward(self, info: Info) -> Ward | None:
        return await Ward.load(info, self.code)


@strawberry.federation.type(description="A layer of the map: things of one kind, told by one plugin.")
class Layer:
    key: str = strawberry.field(description="Such as maps.wards.")
    title: str = strawberry.field(description="Vietnamese.")


@strawberry.federation.type(description="A thing on the map.")
class MapFeature:
    id: strawberry.ID = strawberry.field(description="Global id of what is shown.")
    layer: str = strawberry.field(description="Key of its layer.")
    title: str = strawberry.field(description="Vietnamese.")
    point: LatLng
    place: strawberry.Private[geo.Point]

    @classmethod
    def of(cls, feature: geo.MapFeature) -> MapFeature:
        return cls(
            id=strawberry.ID(feature.id),
            layer=feature.layer,
            title=feature.title,
            point=LatLng.of(feature.point),
            place=feature.point,
        )

    @strawberry.field(description="The ward that holds its point.")
    async def ward(self, info: Info) -> Ward | None:
        found = (await cache_of(info.context.services).get()).at(self.place)
        return await Ward.load(info, found.code) if found else None


@strawberry.federation.type(description="What is on the map in a box, evenly from all layers.")
class MapFeaturePage:
    nodes: list[MapFeature]
    has_more: bool = strawberry.field(description="There is more in the box than is told: ask for a smaller one.")
