"""2,000 reports, each with the name of its agency: planned over two subgraphs, against one hand-written schema.

    python -m bench.cross_plugin

The peer is one Strawberry schema with a DataLoader, its parsing and validation cached, as a careful team writes it.
Both read the same objects and give the same answer; runs are interleaved, and medians are compared.
"""

from __future__ import annotations

import asyncio
import platform
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any

import strawberry
from aiodataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.federation.schema_directives import Key

from gateway.execution.engine import Engine
from gateway.planner.supergraph import Supergraph
from gateway.request import GraphQLRequest, RequestScope
from gateway.subgraphs.local import LocalSubgraph
from schema.compose import SubgraphSdl, compose

REPORTS, AGENCIES, PAIRS = 2000, 188, 7
FLOOR = 2.5
QUERY = "{ reports { id title agency { name } } }"
NAMES = {str(n): f"Cơ quan {n}" for n in range(AGENCIES)}


@strawberry.federation.type(keys=["id"])
class Agency:
    """The owner's type, for both sides."""

    id: strawberry.ID
    name: str

    @classmethod
    async def resolve_reference(cls, info: strawberry.Info, id: strawberry.ID) -> Agency:
        return await info.context["agencies"].load(id)


@strawberry.federation.type(name="Agency", keys=[Key(fields="id", resolvable=False)])
class AgencyLink:
    id: strawberry.ID


@strawberry.federation.type(keys=["id"])
class Report:
    id: strawberry.ID
    title: str
    agency: AgencyLink | None


@strawberry.type(name="Report")
class WholeReport:
    id: strawberry.ID
    title: str
    agency_id: strawberry.Private[str]

    @strawberry.field
    async def agency(self, info: strawberry.Info) -> Agency | None:
        return await info.context["agencies"].load(self.agency_id)


LINKED = [
    Report(id=strawberry.ID(str(n)), title=f"Ổ gà số {n}", agency=AgencyLink(id=strawberry.ID(str(n % AGENCIES))))
    for n in range(REPORTS)
]
WHOLE = [WholeReport(id=r.id, title=r.title, agency_id=r.agency.id) for r in LINKED if r.agency]


@strawberry.type(name="Query")
class ReportQuery:
    @strawberry.field
    def reports(self) -> list[Report] | None:
        return LINKED


@strawberry.type(name="Query")
class AgencyQuery:
    @strawberry.field
    async def agency(self, info: strawberry.Info, id: strawberry.ID) -> Agency | None:
        return await info.context["agencies"].load(id)


@strawberry.type(name="Query")
class WholeQuery:
    @strawberry.field
    def reports(self) -> list[WholeReport] | None:
        return WHOLE


def context(_scope: RequestScope | None = None) -> dict[str, Any]:
    async def load(keys: list[str]) -> list[Agency]:
        return [Agency(id=strawberry.ID(key), name=NAMES[key]) for key in keys]

    return {"agencies": DataLoader(load)}


def planned() -> tuple[Engine, int]:
    """The engine over two subgraphs, and the number of fetches of the query."""
    schemas = {
        "feedback": strawberry.federation.Schema(query=ReportQuery),
        "agencies": strawberry.federation.Schema(query=AgencyQuery, types=[Agency]),
    }
    composition = compose([SubgraphSdl(name=name, sdl=schema.as_str()) for name, schema in schemas.items()])
    assert composition.supergraph_sdl, composition.errors
    subgraphs = {name: LocalSubgraph(name, schema, context) for name, schema in schemas.items()}
    engine = Engine(Supergraph.from_sdl(composition.supergraph_sdl), subgraphs)
    return engine, engine.prepare(GraphQLRequest(QUERY)).program.plan.fetch_count


async def timed(run: Callable[[], Awaitable[Any]]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = await run()
    return (time.perf_counter() - start) * 1000, result


async def main() -> None:
    engine, fetches = planned()
    whole = strawberry.federation.Schema(query=WholeQuery, extensions=[ParserCache, ValidationCache])

    async def by_plan() -> Any:
        return (await engine.execute(GraphQLRequest(QUERY), RequestScope())).data

    async def by_hand() -> Any:
        return (await whole.execute(QUERY, context_value=context())).data

    assert await by_plan() == await by_hand()
    pairs = [((await timed(by_plan))[0], (await timed(by_hand))[0]) for _ in range(PAIRS)]
    plan_ms, hand_ms = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(hand / plan for plan, hand in pairs)
    print(f"{REPORTS} reports with agency.name, Python {platform.python_version()}, median of {PAIRS} pairs")
    print(f"planned over two subgraphs  {plan_ms:8.1f} ms  ({fetches} fetches, at most 3)")
    print(f"one schema by hand          {hand_ms:8.1f} ms")
    print(f"ratio                       {ratio:8.1f} x  (floor {FLOOR} x)")
    raise SystemExit(0 if ratio >= FLOOR and fetches <= 3 else 1)


if __name__ == "__main__":
    asyncio.run(main())
