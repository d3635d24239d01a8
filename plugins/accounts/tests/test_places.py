"""Saved places."""

from typing import Any

import pytest

from gateway.host.testing import AskedCity
from plugins.accounts.tests.asks import BEN_THANH, PLACES, REMOVE_PLACE, SAVE_PLACE, errors, kept_texts


async def saved(city: AskedCity, by: str = "lan", **more: Any) -> dict[str, Any]:
    asked = {"label": "Nhà", "point": BEN_THANH, **more}
    payload: dict[str, Any] = (await city.ask(SAVE_PLACE, by=by, input=asked))["savePlace"]
    return payload


async def test_a_place_is_kept_with_the_ward_that_maps_tells(city: AskedCity) -> None:
    node = (await saved(city, label="  Nhà \n bà nội "))["node"]
    assert {key: node[key] for key in ("label", "point", "wardCode", "ward")} == {
        **{"label": "Nhà bà nội", "point": BEN_THANH, "wardCode": "26743"},
        "ward": {"fullName": "Phường Bến Thành"},
    }
    mine = [{"id": node["id"], "label": "Nhà bà nội", "wardCode": "26743"}]
    assert await city.ask(PLACES, by="lan") == {"me": {"savedPlaces": mine}}
    assert await city.ask(PLACES, by="minh") == {"me": {"savedPlaces": []}}


async def test_a_place_may_lie_outside_every_ward_but_not_outside_the_city(city: AskedCity) -> None:
    at_sea = (await saved(city, point={"lat": 9.2, "lng": 107.5}))["node"]
    assert (at_sea["wardCode"], at_sea["ward"]) == (None, None)
    assert errors(await saved(city, point={"lat": 21.03, "lng": 105.85})) == ["OUT_OF_CITY"]
    assert errors(await saved(city, point={"lat": 121.0, "lng": 105.85})) == ["BAD_POINT"]
    assert errors(await saved(city, label=" \n")) == ["LABEL_REQUIRED"]
    assert errors(await saved(city, label="a" * 61)) == ["LABEL_TOO_LONG"]
    assert len((await city.ask(PLACES, by="lan"))["me"]["savedPlaces"]) == 1


async def test_a_place_is_put_in_anothers_stead_and_removed(city: AskedCity) -> None:
    id = (await saved(city))["node"]["id"]
    assert (await saved(city, id=id, label="Cơ quan"))["node"]["id"] == id
    assert await city.ask(PLACES, by="lan") == {
        "me": {"savedPlaces": [{"id": id, "label": "Cơ quan", "wardCode": "26743"}]}
    }
    assert await city.ask(REMOVE_PLACE, by="lan", id=id) == {
        "removePlace": {"node": {"label": "Cơ quan"}, "userErrors": []}
    }
    assert await city.refused(REMOVE_PLACE, by="lan", id=id) == ["NOT_FOUND"]
    assert await city.ask(PLACES, by="lan") == {"me": {"savedPlaces": []}}


async def test_a_person_keeps_twenty_places(city: AskedCity) -> None:
    ids = {(await saved(city, label=f"Nơi {number}"))["node"]["id"] for number in range(20)}
    assert len(ids) == 20
    assert errors(await saved(city)) == ["TOO_MANY_PLACES"]
    assert errors(await saved(city, "minh")) == []


async def test_sent_again_under_its_key_one_place_is_kept(city: AskedCity) -> None:
    first, second = [await saved(city, clientMutationId="k1") for _ in range(2)]
    assert first == second
    assert len((await city.ask(PLACES, by="lan"))["me"]["savedPlaces"]) == 1
    assert errors(await saved(city, clientMutationId="k1", label="Khác")) == ["IDEMPOTENCY_CONFLICT"]


@pytest.mark.parametrize("hidden", ["Nhà", "10.7725", "106.698"])
async def test_places_stand_sealed(city: AskedCity, hidden: str) -> None:
    await saved(city, clientMutationId="k1")
    kept = await kept_texts(city)
    assert "'26743'" in kept
    assert hidden not in kept
