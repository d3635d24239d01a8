"""Ward polygons imported: all of a file or nothing of it, with the reasons; and the map follows at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from gateway.events.outbox import events_after
from gateway.host.testing import AskedCity as City
from plugins.maps.importer import IMPORTS, import_wards
from plugins.maps.models import ImportRow, ShapeRow
from plugins.maps.tests.files import collection, feature, square
from schema.imports import ImportReport

MakeFile = Callable[[str], Path]

BEN_THANH = "26743"
AROUND_THE_MARKET = square(106.685, 10.765, 0.02)
AROUND_SAI_GON = square(106.69, 10.77, 0.025)
WHERE = "query ($point: LatLngInput!) { wardAt(point: $point) { approximate distanceM ward { code } } }"
MARKET = {"lat": 10.7725, "lng": 106.6980}


def shapes_of(session: Session) -> dict[str, bytes]:
    return {row.ward_code: row.wkb for row in session.exec(select(ShapeRow))}


def events_of(session: Session) -> list[dict[str, Any]]:
    return [dict(event.data) for event in events_after(session, 0, ["maps.wards_imported"])]


def test_a_file_of_one_ward_is_stored_and_told(session: Session, make_file: MakeFile) -> None:
    path = make_file(collection(feature(BEN_THANH, AROUND_THE_MARKET)))
    assert IMPORTS["wards"](session, path) == ImportReport("wards", 1, [])
    assert list(shapes_of(session)) == [BEN_THANH]
    assert events_of(session) == [{"version": 1, "wards": [BEN_THANH]}]


def test_the_same_file_again_changes_and_tells_nothing(session: Session, make_file: MakeFile) -> None:
    path = make_file(collection(feature(BEN_THANH, AROUND_THE_MARKET)))
    import_wards(session, path)
    before = shapes_of(session)
    assert import_wards(session, path) == ImportReport("wards", 1, [])
    assert shapes_of(session) == before
    assert len(events_of(session)) == 1
    assert len(session.exec(select(ImportRow)).all()) == 1


def test_another_file_replaces_what_it_names_and_leaves_the_rest(session: Session, make_file: MakeFile) -> None:
    first = collection(feature(BEN_THANH, AROUND_THE_MARKET), feature("26740", AROUND_SAI_GON))
    import_wards(session, make_file(first))
    before = shapes_of(session)
    wider = square(106.68, 10.76, 0.03)
    assert import_wards(session, make_file(collection(feature(int(BEN_THANH), wider)))).accepted == 1
    after = shapes_of(session)
    assert after["26740"] == before["26740"]
    assert after[BEN_THANH] != before[BEN_THANH]
    assert events_of(session)[1] == {"version": 2, "wards": [BEN_THANH]}


BOW_TIE = [[106.68, 10.76], [106.71, 10.79], [106.71, 10.76], [106.68, 10.79], [106.68, 10.76]]
SWAPPED = [[y, x] for x, y in square(106.685, 10.765, 0.02)["coordinates"][0]]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (feature("99999", AROUND_SAI_GON), "code '99999' is not the code of a ward of the city"),
        (feature(None, AROUND_SAI_GON), "code '' is not the code of a ward of the city"),
        (feature(BEN_THANH, AROUND_THE_MARKET), "ward 26743 is in the file twice"),
        (feature("26740", None), "the geometry is not a Polygon or MultiPolygon"),
        (
            feature("26740", {"type": "Point", "coordinates": [106.7, 10.77]}),
            "the geometry is not a Polygon or MultiPolygon",
        ),
        (feature("26740", {"type": "Polygon", "coordinates": []}), "the polygon is empty"),
        (
            feature("26740", {"type": "Polygon", "coordinates": [[["a", "b"]]]}),
            "the coordinates are not those of a polygon",
        ),
        (
            feature("26740", {"type": "Polygon", "coordinates": [[[106.7, 10.7], [106.8, 10.7]]]}),
            "the coordinates are not those of a polygon",
        ),
        (
            feature("26740", {"type": "Polygon", "coordinates": [SWAPPED]}),
            "the polygon lies outside the city: coordinates are longitude, latitude in WGS 84 degrees",
        ),
        (
            feature("26740", {"type": "Polygon", "coordinates": [BOW_TIE]}),
            "the polygon is not valid: Self-intersection[106.695 10.775]",
        ),
        (
            feature("26732", AROUND_SAI_GON),
            "the polygon does not lie where ward 26732, Đặc khu Côn Đảo, is",
        ),
        ("26740", 'not an object with "type": "Feature"'),
    ],
)
def test_one_bad_feature_keeps_the_whole_file_out(session: Session, make_file: MakeFile, bad: Any, reason: str) -> None:
    path = make_file(collection(feature(BEN_THANH, AROUND_THE_MARKET), bad))
    assert import_wards(session, path) == ImportReport("wards", 0, [(2, reason)])
    assert shapes_of(session) == {}
    assert events_of(session) == []


def test_all_bad_features_are_told_with_their_numbers(session: Session, make_file: MakeFile) -> None:
    path = make_file(collection(feature("1", None), feature(BEN_THANH, AROUND_THE_MARKET), feature("2", None)))
    assert [number for number, _ in import_wards(session, path).refused] == [1, 3]


def test_reading_stops_after_a_hundred_bad_features(session: Session, make_file: MakeFile) -> None:
    refused = import_wards(session, make_file(collection(*[feature("1", None)] * 150))).refused
    assert len(refused) == 101
    assert refused[-1] == (0, "100 features are refused: the rest was not read")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the file ends before the collection does (after 0 features)"),
        ("[]", "the file does not begin with an object (after 0 features)"),
        ('{"type": "Feature"}', 'the file has no list "features": it is not a FeatureCollection (after 0 features)'),
        ('{"features": 7}', '"features" is not a list (after 0 features)'),
        (collection(), "the file has no features"),
        (
            collection(feature(BEN_THANH, AROUND_THE_MARKET))[:-1],
            "the file ends before the collection does (after 1 features)",
        ),
    ],
)
def test_a_file_that_is_no_collection_is_refused(session: Session, make_file: MakeFile, text: str, reason: str) -> None:
    assert import_wards(session, make_file(text)) == ImportReport("wards", 0, [(0, reason)])
    assert shapes_of(session) == {}


def test_a_coordinate_that_is_no_number_is_refused(session: Session, make_file: MakeFile) -> None:
    text = collection(feature(BEN_THANH, AROUND_THE_MARKET)).replace("106.685", "NaN")
    [(number, reason)] = import_wards(session, make_file(text)).refused
    assert (number, reason) == (1, "the coordinates are not those of a polygon")


def test_the_real_168_wards_are_taken_whole_and_a_spoilt_copy_not_at_all(
    session: Session, polygons: Path, make_file: MakeFile
) -> None:
    spoilt = json.loads(polygons.read_text(encoding="utf-8"))
    spoilt["features"][100]["properties"]["code"] = "00000"
    report = import_wards(session, make_file(json.dumps(spoilt)))
    assert report == ImportReport("wards", 0, [(101, "code '00000' is not the code of a ward of the city")])
    assert shapes_of(session) == {}
    assert import_wards(session, polygons) == ImportReport("wards", 168, [])
    assert len(shapes_of(session)) == 168


async def where(city: City) -> tuple[bool, str]:
    found = (await city.ask(WHERE, point=MARKET))["wardAt"]
    return found["approximate"], found["ward"]["code"]


async def test_a_running_city_is_exact_as_soon_as_polygons_are_imported(city: City, make_file: MakeFile) -> None:
    assert await where(city) == (True, BEN_THANH)
    path = make_file(collection(feature(BEN_THANH, AROUND_THE_MARKET)))
    await city.hosted("maps").database.change(import_wards, path)
    for _ in range(250):
        if not (await where(city))[0]:
            break
        await asyncio.sleep(0.02)
    assert await city.ask(WHERE, point=MARKET) == {
        "wardAt": {"approximate": False, "distanceM": 0.0, "ward": {"code": BEN_THANH}}
    }


async def test_a_refused_import_leaves_the_running_city_as_it_is(city: City, make_file: MakeFile) -> None:
    path = make_file(collection(feature(BEN_THANH, AROUND_THE_MARKET), feature("0", None)))
    report = await city.hosted("maps").database.change(import_wards, path)
    assert not report.ok
    await asyncio.sleep(0.1)
    assert await where(city) == (True, BEN_THANH)
