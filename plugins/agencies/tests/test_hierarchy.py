"""Agencies and what hangs on them: parent, children, sectors, ward; asked for many at once."""

from __future__ import annotations

from gateway.data.database import count_queries
from gateway.host.testing import AskedCity as City


async def test_a_centre_stands_under_its_department_and_the_department_under_the_city(city: City) -> None:
    query = '{ agency(key: "TTQLGTCC") { parent { key parent { key parent { key } } } } }'
    above = {"key": "SXD", "parent": {"key": "UBND-TP", "parent": None}}
    assert await city.ask(query) == {"agency": {"parent": above}}


async def test_the_citys_children_are_its_sixteen_agencies_two_centres_and_168_committees(city: City) -> None:
    query = """query ($after: String) { agency(key: "UBND-TP") {
      children(first: 18, after: $after) { nodes { kind } totalCount pageInfo { endCursor } } } }"""
    first = (await city.ask(query))["agency"]["children"]
    assert first["totalCount"] == 16 + 2 + 168
    assert {node["kind"] for node in first["nodes"]} == {
        "DEPARTMENT", "INSPECTORATE", "PUBLIC_ADMIN_CENTRE", "PUBLIC_SERVICE_UNIT"
    }  # fmt: skip
    second = (await city.ask(query, after=first["pageInfo"]["endCursor"]))["agency"]["children"]
    assert {node["kind"] for node in second["nodes"]} == {"COMMUNE_PC"}


async def test_every_specialised_agency_and_centre_has_a_sector(city: City) -> None:
    data = await city.ask("{ agencies(first: 20) { nodes { key sectors { code name nameEn } } } }")
    nodes = data["agencies"]["nodes"]
    assert [node["key"] for node in nodes if not node["sectors"]] == []
    tourism = next(node for node in nodes if node["key"] == "SDL")
    assert tourism["sectors"] == [{"code": "TOURISM", "name": "Du lịch", "nameEn": "Tourism"}]


async def test_a_ward_has_its_committee_and_the_committee_its_ward(city: City) -> None:
    query = '{ ward(code: "26743") { name agency { key name validFrom ward { id name } } } }'
    assert await city.ask(query) == {
        "ward": {
            "name": "Bến Thành",
            "agency": {
                "key": "UBND-26743",
                "name": "UBND Phường Bến Thành",
                "validFrom": "2025-07-01",
                "ward": {"id": "Ward:26743", "name": "Bến Thành"},
            },
        }
    }


async def test_all_168_wards_have_a_committee_of_their_name(city: City) -> None:
    query = """query ($after: String) { wards(first: 100, after: $after) {
      nodes { code fullName agency { key name } } pageInfo { endCursor } } }"""
    first = (await city.ask(query))["wards"]
    second = (await city.ask(query, after=first["pageInfo"]["endCursor"]))["wards"]
    wards = first["nodes"] + second["nodes"]
    assert len(wards) == 168
    assert [w for w in wards if w["agency"] != {"key": f"UBND-{w['code']}", "name": f"UBND {w['fullName']}"}] == []


async def test_agencies_are_read_together_however_many_are_asked_for(city: City) -> None:
    fields = "parent { key } categories sectors { code } children { nodes { key } }"
    query = "{ agencies(first: %d) { nodes { FIELDS } } }".replace("FIELDS", fields)
    seen = count_queries(city.hosted("agencies").database)
    await city.ask(query % 2)
    few = len(_of_agencies(seen))
    seen.clear()
    await city.ask(query % 100)
    assert len(_of_agencies(seen)) == few


def _of_agencies(statements: list[str]) -> list[str]:
    return [statement for statement in statements if "FROM agencies_" in statement]
