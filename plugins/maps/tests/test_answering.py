"""The wards that other plugins ask for."""

import pytest

from gateway.host.testing import AskedCity
from schema.geo import Point


@pytest.mark.parametrize(
    ("point", "code"), [(Point(10.7725, 106.6980), "26743"), (Point(21.03, 105.85), None)], ids=["city", "hanoi"]
)
async def test_a_saved_place_is_told_its_ward(city: AskedCity, point: Point, code: str | None) -> None:
    answers = await city.context("accounts").ask("accounts_ward_of", point=point)
    assert [(answer.plugin, answer.value) for answer in answers] == [("maps", code)]
