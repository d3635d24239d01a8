"""A small city over four subgraphs, and the same city as one schema: both must answer the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    ObjectTypeDefinitionNode,
    parse,
)

from gateway.planner.supergraph import Supergraph
from gateway.subgraphs.local import LocalSubgraph
from schema.compose import SubgraphSdl, compose
from tests.federation.memory import Behaviour, Row, memory_schema

LINK = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external",
  "@requires", "@provides", "@authenticated", "@requiresScopes", "@policy", "@inaccessible", "@interfaceObject"])
"""

SDL = {
    "agencies": """
        type Query { agencies(first: Int = 10): [Agency!]! agency(id: ID!): Agency }
        enum Kind { CITY WARD UTILITY }
        type Agency @key(fields: "id") { id: ID! name: String! kind: Kind! parent: Agency wards: [Ward!]! }
        type Ward @key(fields: "code") { code: ID! name(lang: String = "vi"): String! }
    """,
    "feedback": """
        type Query { reports(first: Int, state: State): [Report!]! report(id: ID!): Report
          timeline(filter: Filter): [Entry!]! }
        type Mutation { submitReport(title: String!): Report! }
        type Subscription { reportSubmitted: Report }
        enum State { RECEIVED ANSWERED }
        input Filter { state: State ids: [ID!] }
        interface Entry { id: ID! at: Int! }
        type Report implements Entry @key(fields: "id") { id: ID! at: Int! title: String! state: State!
          agency: Agency reporter: Citizen @provides(fields: "name") location: Point ward: Ward
          photos: [[Photo!]] }
        type Answer implements Entry @key(fields: "id") { id: ID! at: Int! text: String by: Agency! report: Report! }
        type Photo { url: String! }
        type Point @shareable { lat: Float! lng: Float! }
        type Agency @key(fields: "id") { id: ID! reports(first: Int): [Report!]! }
        type Citizen @key(fields: "id") { id: ID! name: String! @external reports: [Report!]! }
        type Ward @key(fields: "code", resolvable: false) { code: ID! }
    """,
    "citizens": """
        type Query { me: Citizen citizens: [Citizen!]! }
        type Mutation { rename(id: ID!, name: String!): Citizen! }
        type Citizen @key(fields: "id") { id: ID! name: String! @shareable level: Int! home: Ward
          phone: String @authenticated note: String! @requiresScopes(scopes: [["citizens:read"]]) }
        type Ward @key(fields: "code", resolvable: false) { code: ID! }
    """,
    "map": """
        type Query { places: [Place!]! search(text: String): [Found!]! }
        interface Place { id: ID! name: String! center: Point! }
        type Park implements Place @key(fields: "id") { id: ID! name: String! center: Point! area: Float ward: Ward }
        type School implements Place @key(fields: "id") { id: ID! name: String! center: Point! pupils: Int
          ward: Ward head: Citizen }
        union Found = Park | School | Report | Agency
        type Point @shareable { lat: Float! lng: Float! }
        type Report @key(fields: "id") { id: ID! location: Point @external
          nearby: [Place!]! @requires(fields: "location { lat lng }") }
        type Ward @key(fields: "code") { code: ID! parks: [Park!]! agency: Agency }
        type Agency @key(fields: "id", resolvable: false) { id: ID! }
        type Citizen @key(fields: "id", resolvable: false) { id: ID! }
    """,
}

WARDS = {"w1": "Bến Thành", "w2": "Thảo Điền", "w3": "Cần Giờ"}
NAMES = {"c1": "Lan", "c2": "Minh", "c3": "Hoa"}


def ref(typename: str, id_: str | None) -> Row | None:
    """An object of the world: its type and its key, which is all that its fields need."""
    if id_ is None:
        return None
    return {"__typename": typename, "code" if typename == "Ward" else "id": id_}


def _refs(typename: str, ids: list[str], first: int | None = None) -> list[Row | None]:
    return [ref(typename, id_) for id_ in ids[:first]]


def _number(row: Row) -> int:
    return int(row["id"][1:])


def location(row: Row) -> Row | None:
    return None if row["id"] == "r3" else {"lat": 10.0 + _number(row), "lng": 106.5}


def _reports(state: str | None = None, first: int | None = None) -> list[Row | None]:
    ids = [f"r{n}" for n in range(1, 7)]
    return _refs("Report", [id_ for id_ in ids if state is None or _state({"id": id_}) == state], first)


def _state(row: Row) -> str:
    return "ANSWERED" if _number(row) % 2 else "RECEIVED"


def _timeline(filter: Mapping[str, Any] | None = None) -> list[Row | None]:
    entries = [*_reports((filter or {}).get("state")), ref("Answer", "x1"), ref("Answer", "x3")]
    ids = (filter or {}).get("ids")
    return [entry for entry in entries if entry is not None and (ids is None or entry["id"] in ids)]


def nearby(row: Row) -> list[Row | None]:
    location = row["location"]
    if location is None:
        return []
    return [ref("Park", "k1"), ref("School", "s1")][: 1 + int(location["lat"]) % 2]


def _agency_of(row: Row) -> Row | None:
    return ref("Agency", None if row["id"] == "r2" else f"a{1 + _number(row) % 3}")


FIELDS: dict[str, Callable[..., Any]] = {
    "Query.agencies": lambda first=10: _refs("Agency", ["a1", "a2", "a3"], first),
    "Query.agency": lambda id: ref("Agency", id if id in ("a1", "a2", "a3") else None),
    "Query.reports": _reports,
    "Query.report": lambda id: ref("Report", id if id in {f"r{n}" for n in range(1, 7)} else None),
    "Query.timeline": _timeline,
    "Query.me": lambda: ref("Citizen", "c1"),
    "Query.citizens": lambda: _refs("Citizen", list(NAMES)),
    "Query.places": lambda: [ref("School", "s1"), *_refs("Park", ["k1", "k2"])],
    "Query.search": lambda text=None: [
        ref("Park", "k2"),
        ref("Agency", "a2"),
        ref("Report", "r4"),
        ref("School", "s1"),
    ],
    "Agency.name": lambda row: f"Agency {_number(row)}",
    "Agency.kind": lambda row: ["CITY", "WARD", "UTILITY"][_number(row) % 3],
    "Agency.parent": lambda row: ref("Agency", None if row["id"] == "a1" else "a1"),
    "Agency.wards": lambda row: _refs("Ward", list(WARDS), _number(row)),
    "Agency.reports": lambda row, first=None: [
        report
        for report in _reports(first=first)
        if report is not None and _agency_of(report) == ref("Agency", row["id"])
    ],
    "Ward.name": lambda row, lang="vi": WARDS[row["code"]] if lang == "vi" else f"Ward {row['code']} ({lang})",
    "Ward.parks": lambda row: _refs("Park", ["k1", "k2"], {"w1": 0, "w2": 1, "w3": 2}[row["code"]]),
    "Ward.agency": lambda row: ref("Agency", None if row["code"] == "w3" else "a2"),
    "Report.at": lambda row: 1000 + _number(row),
    "Report.title": lambda row: f"Report {_number(row)}",
    "Report.state": _state,
    "Report.agency": _agency_of,
    "Report.reporter": lambda row: ref("Citizen", [None, "c1", "c2", "c1"][_number(row) % 4]),
    "Report.location": location,
    "Report.ward": lambda row: ref("Ward", ["w1", "w2", None][_number(row) % 3]),
    "Report.photos": lambda row: [None, [], [[{"url": "u1"}], []], [[{"url": "u2"}, {"url": "u3"}]]][_number(row) % 4],
    "Report.nearby": nearby,
    "Answer.at": lambda row: 2000 + _number(row),
    "Answer.text": lambda row: None if row["id"] == "x3" else "Fixed.",
    "Answer.by": lambda row: ref("Agency", "a2"),
    "Answer.report": lambda row: ref("Report", f"r{_number(row)}"),
    "Citizen.name": lambda row: NAMES[row["id"]],
    "Citizen.level": lambda row: _number(row) - 1,
    "Citizen.home": lambda row: ref("Ward", ["w1", None, "w3"][_number(row) - 1]),
    "Citizen.phone": lambda row: f"090000000{_number(row)}",
    "Citizen.note": lambda row: f"Note on {row['id']}",
    "Citizen.reports": lambda row: [report for report in _reports() if _reporter_is(report, row)],
    "Park.name": lambda row: f"Park {_number(row)}",
    "Park.center": lambda row: {"lat": 10.5, "lng": 106.0 + _number(row)},
    "Park.area": lambda row: None if row["id"] == "k2" else 2.5,
    "Park.ward": lambda row: ref("Ward", "w2"),
    "School.name": lambda row: "School 1",
    "School.center": lambda row: {"lat": 10.25, "lng": 106.25},
    "School.pupils": lambda row: 420,
    "School.ward": lambda row: ref("Ward", "w3"),
    "School.head": lambda row: ref("Citizen", "c3"),
}


def _reporter_is(report: Row | None, citizen: Row) -> bool:
    reporter = FIELDS["Report.reporter"](report)
    return reporter is not None and reporter["id"] == citizen["id"]


def behaviours() -> dict[str, Behaviour]:
    """Each subgraph resolves what its SDL has and does not call ``@external``; a row is no more than type and key."""
    return {name: _behaviour(sdl) for name, sdl in SDL.items()}


def _behaviour(sdl: str) -> Behaviour:
    query: dict[str, Any] = {}
    fields: dict[str, Callable[..., Any]] = {}
    entities: dict[str, Callable[[Row], Row | None]] = {}
    for node in parse(sdl).definitions:
        if not isinstance(node, ObjectTypeDefinitionNode):
            continue
        name = node.name.value
        entities[name] = dict
        for field in node.fields or ():
            coordinate = f"{name}.{field.name.value}"
            external = any(directive.name.value == "external" for directive in field.directives or ())
            if coordinate in FIELDS and not external:
                if name == "Query":
                    query[field.name.value] = FIELDS[coordinate]
                else:
                    fields[coordinate] = FIELDS[coordinate]
    if "Report.reporter" in fields:
        fields["Report.reporter"] = _reporter_with_name
    return Behaviour(query=query, fields=fields, entities=entities)


def _reporter_with_name(row: Row) -> Row | None:
    """What feedback provides: the reporter's name, at this place only."""
    reporter = FIELDS["Report.reporter"](row)
    return None if reporter is None else {**reporter, "name": NAMES[reporter["id"]]}


def city_supergraph() -> Supergraph:
    composition = compose([SubgraphSdl(name, LINK + sdl) for name, sdl in SDL.items()])
    assert composition.errors == ()
    assert composition.supergraph_sdl is not None
    return Supergraph.from_sdl(composition.supergraph_sdl)


def city_subgraphs(own: Mapping[str, Behaviour] | None = None) -> dict[str, LocalSubgraph]:
    """The subgraphs of the city; ``own`` replaces the behaviour of some."""
    return {
        name: LocalSubgraph(name, memory_schema(LINK + SDL[name], behaviour), lambda _scope: {})
        for name, behaviour in (behaviours() | dict(own or {})).items()
    }
