"""What is on the map: layers and features of all plugins, bounded; and where a point is, as a client asks."""

from __future__ import annotations

import pytest

from gateway.host.testing import AskedCity as City
from plugins.maps.features import evenly
from schema.geo import Box, MapFeature, Point

CENTRE = {"south": 10.76, "west": 106.68, "north": 10.79, "east": 106.72}
ALL = {"south": 8.0, "west": 106.0, "north": 11.8, "east": 107.8}
FEATURES = """
query ($bbox: BBoxInput!, $layers: [String!], $first: Int) {
  features(bbox: $bbox, layers: $layers, first: $first) {
    nodes { id layer title point { lat lng } ward { code } } hasMore
  }
}
"""
WHERE = "query ($point: LatLngInput!) { wardAt(point: $point) { ward { code } } }"
NEAREST = """
query ($point: LatLngInput!, $first: Int) { nearestWards(point: $point, first: $first) { distanceM ward { name } } }
"""
MARKET = {"lat": 10.7725, "lng": 106.6980}


async def test_the_map_has_the_wards_layer(city: City) -> None:
    layers = (await city.ask("{ layers { key title } }"))["layers"]
    assert {"key": "maps.wards", "title": "Phường, xã, đặc khu"} in layers


async def test_ward_labels_in_a_box_are_on_the_map_the_largest_first(city: City) -> None:
    page = (await city.ask(FEATURES, bbox=CENTRE, layers=["maps.wards"]))["features"]
    assert [node["title"] for node in page["nodes"]] == [
        "Phường Sài Gòn", "Phường Xuân Hòa", "Phường Xóm Chiếu", "Phường Bến Thành", "Phường Cầu Ông Lãnh",
        "Phường Bàn Cờ",
    ]  # fmt: skip
    assert page["nodes"][3] == {
        "id": "Ward:26743",
        "layer": "maps.wards",
        "title": "Phường Bến Thành",
        "point": {"lat": 10.771434, "lng": 106.69415},
        "ward": {"code": "26743"},
    }
    assert page["hasMore"] is False


async def test_there_are_never_more_features_than_asked_for_and_it_is_said(city: City) -> None:
    page = (await city.ask(FEATURES, bbox=ALL, layers=["maps.wards"], first=100))["features"]
    assert (len(page["nodes"]), page["hasMore"]) == (100, True)
    assert len((await city.ask(FEATURES, bbox=ALL))["features"]["nodes"]) == 20


async def test_an_unknown_layer_has_no_features(city: City) -> None:
    page = (await city.ask(FEATURES, bbox=ALL, layers=["maps.dragons"]))["features"]
    assert page == {"nodes": [], "hasMore": False}


async def test_a_box_turned_around_and_too_many_layers_are_refused(city: City) -> None:
    turned = {"south": 10.79, "west": 106.68, "north": 10.76, "east": 106.72}
    assert await city.refused(FEATURES, bbox=turned) == ["BAD_BBOX"]
    assert await city.refused(FEATURES, bbox=ALL, layers=[f"a.{i}" for i in range(51)]) == ["TOO_MANY_LAYERS"]


def test_no_layer_crowds_out_another_and_strays_are_left_out() -> None:
    here, hanoi = Point(10.77, 106.70), Point(21.0, 105.8)
    many = [MapFeature(f"A:{i}", "a.many", f"a{i}", here) for i in range(5)]
    strays = [MapFeature("B:0", "b.few", "far", hanoi), MapFeature("B:1", "b.other", "not asked for", here)]
    few = MapFeature("B:2", "b.few", "b", here)
    found, more = evenly([*many, *strays, few], Box(10.7, 106.6, 10.8, 106.8), ["a.many", "b.few"], 4)
    assert ([feature.title for feature in found], more) == (["a0", "b", "a1", "a2"], True)
    assert evenly([few], Box(10.7, 106.6, 10.8, 106.8), ["b.few"], 1) == ([few], False)


async def test_a_point_outside_the_city_is_in_no_ward_and_one_outside_the_earth_is_refused(city: City) -> None:
    assert await city.ask(WHERE, point=MARKET) == {"wardAt": {"ward": {"code": "26743"}}}
    assert await city.ask(WHERE, point={"lat": 21.03, "lng": 105.85}) == {"wardAt": None}
    assert await city.refused(WHERE, point={"lat": 106.7, "lng": 10.77}) == ["BAD_POINT"]


async def test_the_nearest_wards_come_in_order(city: City) -> None:
    found = (await city.ask(NEAREST, point=MARKET, first=3))["nearestWards"]
    assert [near["ward"]["name"] for near in found] == ["Bến Thành", "Sài Gòn", "Cầu Ông Lãnh"]
    assert found[0]["distanceM"] == pytest.approx(436.94, abs=0.01)
    assert (await city.refused(NEAREST, point=MARKET, first=101))[0] in ("PAGE_TOO_LARGE", "LIST_ARGUMENT_LIMIT")


async def test_other_plugins_are_told_the_ward_of_a_point(city: City) -> None:
    for plugin, question in (("feedback", "feedback_ward_of"), ("agencies", "agencies_ward_of")):
        context = city.context(plugin)
        inside = await context.ask(question, point=Point(10.7725, 106.6980))
        outside = await context.ask(question, point=Point(21.03, 105.85))
        assert [(a.plugin, a.value) for a in inside + outside] == [("maps", "26743"), ("maps", None)]
