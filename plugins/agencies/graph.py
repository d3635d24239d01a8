"""Queries of ``agencies``."""

from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.plugin import Info, Refused, local_id
from plugins.agencies import service
from plugins.agencies.service import Filter
from plugins.agencies.settings import Settings
from plugins.agencies.types import Agency, AgencyKind
from schema.geo import LatLngInput
from schema.paging import Connection, Page, window
from schema.text import check_search


@strawberry.type
class Query:
    @strawberry.field(description="One agency, by its id or its key.")
    async def agency(
        self,
        info: Info,
        id: strawberry.ID | None = None,
        key: Annotated[str | None, strawberry.argument(description="Such as SXD or UBND-26740.")] = None,
    ) -> Agency | None:
        if (id is None) == (key is None):
            raise Refused("agency needs id or key, one of them.", code="ID_OR_KEY", field="id")
        return await Agency.load(info, key if key is not None else local_id("Agency", id or ""))

    @strawberry.field(description="Agencies: best fits of the search, then the city's own, then the communes' by name.")
    async def agencies(
        self,
        info: Info,
        kind: AgencyKind | None = None,
        search: Annotated[
            str | None, strawberry.argument(description="Words of the name, with or without marks: so xay dung.")
        ] = None,
        parent_key: Annotated[str | None, strawberry.argument(description="Only those directly under it.")] = None,
        sector: Annotated[str | None, strawberry.argument(description="Code of a sector that they hold.")] = None,
        first: Annotated[int | None, strawberry.argument(description="1 to 100; 20 when not given.")] = None,
        after: Annotated[str | None, strawberry.argument(description="A cursor of the page before.")] = None,
    ) -> Connection[Agency] | None:
        check_search(search, most=info.context.settings(Settings).search_most)
        asked = window(first, after, width=3)
        wanted = Filter(str(kind.value) if kind else None, search, parent_key, sector)
        rows = await info.context.read(service.list_agencies, wanted, asked)

        async def count() -> int:
            return await info.context.read(service.count_agencies, wanted)

        return Connection.of(Page.of(rows, asked, service.sort_key), lambda listed: Agency.of(listed.row), count)

    @strawberry.field(description="The agency that answers for a report of this category, here.")
    async def agency_for_report(
        self,
        info: Info,
        category: Annotated[str, strawberry.argument(description="Code of a category of reports: GIAO_THONG.")],
        ward_code: Annotated[str | None, strawberry.argument(description="Where it is, if known.")] = None,
        point: Annotated[LatLngInput | None, strawberry.argument(description="Or this; maps tells the ward.")] = None,
    ) -> Agency | None:
        ward = ward_code
        if ward is None and point is not None:
            answers = await info.context.ask("agencies_ward_of", point=point.to_point())
            ward = next((answer.value for answer in answers if answer.value is not None), None)
        row = await info.context.read(service.agency_for_report, category, ward)
        return Agency.of(row) if row else None
