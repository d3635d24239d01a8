"""Agencies found: by key, by id, by the words of their name, by where they stand."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.host.testing import AskedCity as City

BY_KEY = "query ($key: String, $id: ID) { agency(key: $key, id: $id) { id key kind name nameEn } }"
LIST = """
query ($kind: AgencyKind, $search: String, $parentKey: String, $sector: String, $first: Int, $after: String) {
  agencies(kind: $kind, search: $search, parentKey: $parentKey, sector: $sector, first: $first, after: $after) {
    nodes { key } totalCount pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}
"""
CONSTRUCTION = {
    "id": "Agency:SXD",
    "key": "SXD",
    "kind": "DEPARTMENT",
    "name": "Sở Xây dựng",
    "nameEn": "Department of Construction",
}


async def keys(city: City, **asked: Any) -> list[str]:
    return [node["key"] for node in (await city.ask(LIST, **asked))["agencies"]["nodes"]]


@pytest.mark.parametrize("asked", [{"key": "SXD"}, {"id": "Agency:SXD"}])
async def test_an_agency_is_found_by_its_key_and_by_its_id(city: City, asked: dict[str, str]) -> None:
    assert await city.ask(BY_KEY, **asked) == {"agency": CONSTRUCTION}


async def test_an_agency_that_does_not_exist_is_null(city: City) -> None:
    assert await city.ask(BY_KEY, key="SGTVT") == {"agency": None}


@pytest.mark.parametrize(
    ("asked", "code"),
    [({}, "ID_OR_KEY"), ({"id": "Agency:SXD", "key": "SXD"}, "ID_OR_KEY"), ({"id": "Ward:26743"}, "BAD_ID")],
)
async def test_a_lookup_needs_one_id_of_an_agency(city: City, asked: dict[str, str], code: str) -> None:
    assert await city.refused(BY_KEY, **asked) == [code]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("so xay dung", ["SXD"]),
        ("SỞ XÂY DỰNG", ["SXD"]),
        ("xay du", ["SXD"]),
        ("department of tourism", ["SDL"]),
        ("ubnd phuong ben thanh", ["UBND-26743"]),
        ("ủy ban nhân dân phường Hoà Bình", ["UBND-27211", "UBND-25987", "UBND-27439"]),
        ("sxd", ["SXD"]),
        ("xay dung so%", ["SXD"]),
        ("dung xa", ["SXD"]),
        ("xay dungs", []),
        ("%", []),
        ("'; drop table agencies_agency; --", []),
    ],
)
async def test_a_search_finds_whole_words_and_the_beginning_of_the_last_side_by_side_first(
    city: City, text: str, found: list[str]
) -> None:
    assert await keys(city, search=text) == found


async def test_a_search_too_long_is_refused(city: City) -> None:
    assert await city.refused(LIST, search="x" * 101) == ["SEARCH_TOO_LONG"]


async def test_the_city_has_sixteen_specialised_agencies_and_168_committees(city: City) -> None:
    async def count(kind: str) -> int:
        return (await city.ask(LIST, kind=kind))["agencies"]["totalCount"]

    assert [await count(kind) for kind in ("CITY_PC", "DEPARTMENT", "INSPECTORATE", "COMMUNE_PC")] == [1, 15, 1, 168]
    assert await keys(city, kind="PUBLIC_ADMIN_CENTRE") == ["TTPVHCC-TP"]
    assert await keys(city, kind="PUBLIC_SERVICE_UNIT") == ["TTCDS", "TTQLGTCC"]


async def test_a_sector_and_a_parent_narrow_the_list(city: City) -> None:
    assert await keys(city, sector="PUBLIC_TRANSPORT") == ["SXD", "TTQLGTCC"]
    assert await keys(city, parentKey="SXD") == ["TTQLGTCC"]
    assert await keys(city, parentKey="UBND-TP", sector="PUBLIC_TRANSPORT") == ["SXD"]


async def test_pages_tell_every_agency_once_the_citys_own_first(city: City) -> None:
    told: list[str] = []
    after = None
    for _ in range(4):
        page = (await city.ask(LIST, first=50, after=after))["agencies"]
        told += [node["key"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert page["pageInfo"] == {"hasNextPage": False, "hasPreviousPage": True, "endCursor": after}
    assert (len(told), len(set(told)), page["totalCount"]) == (188, 188, 188)
    assert told[:3] == ["UBND-TP", "VP-UBND", "STC"]
    assert all(key.startswith("UBND-2") for key in told[20:])


async def test_a_page_larger_than_a_hundred_is_refused(city: City) -> None:
    assert (await city.refused(LIST, first=101))[0] in ("PAGE_TOO_LARGE", "LIST_ARGUMENT_LIMIT")
    assert await city.refused(LIST, after="bm9uZQ==") == ["BAD_CURSOR"]
