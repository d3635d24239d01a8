"""Wards in the graph: looked up, searched, with the units that they were made of."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, inspect
from sqlmodel import Session, select

from gateway.data.database import count_queries
from gateway.host.testing import AskedCity as City
from plugins.maps.models import FormerUnitRow, Table, WardRow
from plugins.maps.seed import seed

ONE = "query ($id: ID, $code: String) { ward(id: $id, code: $code) { id fullName } }"
LIST = """
query ($search: String, $kind: WardKind, $first: Int, $after: String) {
  wards(search: $search, kind: $kind, first: $first, after: $after) {
    nodes { code fullName } totalCount pageInfo { hasNextPage endCursor }
  }
}
"""


async def test_a_ward_tells_what_it_is_and_what_it_was(city: City) -> None:
    query = """{ ward(code: "25846") { id code kind name fullName nameEn areaKm2 center { lat lng }
      bbox { south west north east } neighbours { code } formerUnits { code name district province relation } } }"""
    assert (await city.ask(query))["ward"] == {
        "id": "Ward:25846",
        "code": "25846",
        "kind": "WARD",
        "name": "Thới Hòa",
        "fullName": "Phường Thới Hòa",
        "nameEn": "Thoi Hoa",
        "areaKm2": 37.93,
        "center": {"lat": 11.102864, "lng": 106.62616},
        "bbox": {"south": 11.07206, "west": 106.5808, "north": 11.13348, "east": 106.65889},
        "neighbours": None,
        "formerUnits": [
            {
                "code": "25846",
                "name": "Phường Thới Hòa",
                "district": "Thành phố Bến Cát",
                "province": "Tỉnh Bình Dương",
                "relation": "WHOLE",
            }
        ],
    }


async def test_a_ward_is_found_by_its_code_and_by_its_id(city: City) -> None:
    con_dao = {"ward": {"id": "Ward:26732", "fullName": "Đặc khu Côn Đảo"}}
    assert [await city.ask(ONE, code="26732"), await city.ask(ONE, id="Ward:26732")] == [con_dao, con_dao]
    assert await city.ask(ONE, code="00001") == {"ward": None}
    assert await city.refused(ONE) == ["ID_OR_CODE"]
    assert await city.refused(ONE, id="Agency:SXD") == ["BAD_ID"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("thoi hoa", ["Phường Thới Hòa"]),
        ("Thới Hoà", ["Phường Thới Hòa"]),
        ("xa binh chanh", ["Xã Bình Chánh"]),
        ("hoa binh", ["Phường Hòa Bình", "Phường Bình Hòa", "Phường Bình Hưng Hòa"]),
        ("26743", ["Phường Bến Thành"]),
        ("duong", ["Phường Bình Dương"]),
        ("ha noi", []),
    ],
)
async def test_a_search_finds_names_with_and_without_marks(city: City, text: str, found: list[str]) -> None:
    nodes = (await city.ask(LIST, search=text))["wards"]["nodes"]
    assert [node["fullName"] for node in nodes] == found


async def test_the_city_has_113_wards_54_communes_and_one_special_zone(city: City) -> None:
    counts = [(await city.ask(LIST, kind=kind))["wards"]["totalCount"] for kind in ("WARD", "COMMUNE", "SPECIAL_ZONE")]
    assert counts == [113, 54, 1]


async def test_pages_tell_every_ward_once(city: City) -> None:
    first = (await city.ask(LIST, first=100))["wards"]
    second = (await city.ask(LIST, first=100, after=first["pageInfo"]["endCursor"]))["wards"]
    codes = [node["code"] for node in first["nodes"] + second["nodes"]]
    assert (len(codes), len(set(codes)), second["pageInfo"]["hasNextPage"]) == (168, 168, False)


async def test_a_search_goes_on_in_the_same_order_on_the_next_page(city: City) -> None:
    told, after = [], None
    for _ in range(3):
        page = (await city.ask(LIST, search="hoa binh", first=1, after=after))["wards"]
        told += [node["fullName"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert told == ["Phường Hòa Bình", "Phường Bình Hòa", "Phường Bình Hưng Hòa"]
    assert page["pageInfo"]["hasNextPage"] is False


async def test_former_units_of_a_hundred_wards_are_read_at_once(city: City) -> None:
    seen = count_queries(city.hosted("maps").database)
    data = await city.ask("{ wards(first: 100) { nodes { formerUnits { name } } } }")
    assert min(len(node["formerUnits"]) for node in data["wards"]["nodes"]) == 1
    assert sum("FROM maps_former_unit" in statement for statement in seen) == 1


async def test_the_migrations_make_what_the_models_say(city: City) -> None:
    def columns_of(connection: Connection) -> dict[str, set[tuple[str, bool]]]:
        there = inspect(connection)
        return {
            # SQLite calls an INTEGER PRIMARY KEY nullable: it takes NULL for "the next id".
            name: {(c["name"], bool(c["nullable"]) and not c["primary_key"]) for c in there.get_columns(name)}
            for name in there.get_table_names()
            if name.startswith("maps_")
        }

    said = {table.name: {(c.name, bool(c.nullable)) for c in table.columns} for table in Table.metadata.sorted_tables}
    assert await city.hosted("maps").database.read(lambda session: columns_of(session.connection())) == said


async def test_seeding_again_changes_nothing(city: City) -> None:
    def all_rows(session: Session) -> list[dict[str, object]]:
        models = (WardRow, FormerUnitRow)
        return [row.model_dump() for model in models for row in session.exec(select(model))]

    before = await city.hosted("maps").database.read(all_rows)
    await city.hosted("maps").database.change(seed)
    assert len(before) == 168 + 493
    assert await city.hosted("maps").database.read(all_rows) == before
