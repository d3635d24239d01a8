"""Types of ``agencies`` in the graph."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Annotated

import strawberry

from gateway.plugin import Info, Refused, global_id, local_id
from plugins.agencies.loaders import AgencyByKey, CategoriesByKey, ChildrenByKey, CommitteeByWard, SectorsByKey
from plugins.agencies.models import AgencyRow, SectorRow
from schema.paging import Connection, Page, window


@strawberry.enum(description="What kind of body an agency is.")
class AgencyKind(Enum):
    CITY_PC = strawberry.enum_value("CITY_PC", description="The city's People's Committee.")
    DEPARTMENT = strawberry.enum_value("DEPARTMENT", description="Sở: a specialised agency of the city.")
    INSPECTORATE = strawberry.enum_value("INSPECTORATE", description="Thanh tra: the city's inspectorate.")
    COMMUNE_PC = strawberry.enum_value("COMMUNE_PC", description="People's Committee of a ward, commune or zone.")
    PUBLIC_ADMIN_CENTRE = strawberry.enum_value("PUBLIC_ADMIN_CENTRE", description="A one-stop centre.")
    PUBLIC_SERVICE_UNIT = strawberry.enum_value("PUBLIC_SERVICE_UNIT", description="A public service unit.")


@strawberry.federation.type(description="A field of administration. The list is ours, not the law's.")
class Sector:
    code: str
    name: str = strawberry.field(description="Vietnamese.")
    name_en: str

    @classmethod
    def of(cls, row: SectorRow) -> Sector:
        return cls(code=row.code, name=row.name, name_en=row.name_en)


@strawberry.federation.type(keys=["id"])
class Ward:
    """A ward's key, and what ``agencies`` adds to it; ``maps`` tells the rest."""

    id: strawberry.ID

    @classmethod
    def of(cls, code: str) -> Ward:
        return cls(id=global_id("Ward", code))

    @classmethod
    def resolve_reference(cls, info: Info, id: strawberry.ID) -> Ward | None:
        return cls(id=id) if _local_or_none("Ward", id) else None

    @strawberry.field(description="The People's Committee that governs it.")
    async def agency(self, info: Info) -> Agency | None:
        row = await info.context.load(CommitteeByWard, local_id("Ward", self.id))
        return Agency.of(row) if row else None


@strawberry.federation.type(keys=["id"], description="A state agency of the city.")
class Agency:
    id: strawberry.ID
    key: str = strawberry.field(description="Ours and lasting, such as SXD or UBND-26740; no official code.")
    kind: AgencyKind
    name: str = strawberry.field(description="Vietnamese, in full.")
    name_en: str
    address: str | None = strawberry.field(description="Where a source gave one.")
    phone: str | None = strawberry.field(description="Where a source gave one.")
    valid_from: date | None = strawberry.field(description="Since when it exists in this form; null is not known.")
    source: str = strawberry.field(description="Where the facts were read.")
    parent_key: strawberry.Private[str | None]
    ward_code: strawberry.Private[str | None]

    @classmethod
    def of(cls, row: AgencyRow) -> Agency:
        return cls(
            id=global_id("Agency", row.key),
            key=row.key,
            kind=AgencyKind(row.kind),
            name=row.name,
            name_en=row.name_en,
            address=row.address,
            phone=row.phone,
            valid_from=row.valid_from,
            source=row.source,
            parent_key=row.parent_key,
            ward_code=row.ward_code,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Agency | None:
        return await cls.load(info, _local_or_none("Agency", id))

    @classmethod
    async def load(cls, info: Info, key: str | None) -> Agency | None:
        if key is None:
            return None
        row = await info.context.load(AgencyByKey, key)
        return cls.of(row) if row else None

    @strawberry.field(description="The agency directly above it.")
    async def parent(self, info: Info) -> Agency | None:
        return await Agency.load(info, self.parent_key)

    @strawberry.field(description="The agencies directly under it.")
    async def children(
        self,
        info: Info,
        first: Annotated[int | None, strawberry.argument(description="1 to 100; 20 when not given.")] = None,
        after: Annotated[str | None, strawberry.argument(description="A cursor of the page before.")] = None,
    ) -> Connection[Agency]:
        asked = window(first, after, width=2)
        rows = await info.context.load(ChildrenByKey, self.key) or []

        async def count() -> int:
            return len(rows)

        return Connection.of(Page.cut(rows, asked, lambda row: (row.position, row.key)), Agency.of, count)

    @strawberry.field(description="The ward that a commune's People's Committee governs.")
    def ward(self) -> Ward | None:
        return Ward.of(self.ward_code) if self.ward_code else None

    @strawberry.field(description="The fields that it administers; a list of ours.")
    async def sectors(self, info: Info) -> list[Sector]:
        return [Sector.of(row) for row in await info.context.load(SectorsByKey, self.key) or ()]

    @strawberry.field(description="Codes of the categories of reports that it answers for.")
    async def categories(self, info: Info) -> list[str]:
        return await info.context.load(CategoriesByKey, self.key) or []


def _local_or_none(typename: str, given: str) -> str | None:
    """The local id; None for what is no id of the type, which another subgraph's link may be."""
    try:
        return local_id(typename, given)
    except Refused:
        return None
