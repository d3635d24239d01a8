"""Mutations of which a part is denied: what runs, and what is kept from running."""

from __future__ import annotations

from tests.execution.test_authorize import CLERK, City, _codes


async def test_a_denied_mutation_that_may_not_be_null_keeps_the_others_from_running() -> None:
    city = City()
    response = await city.ask("mutation { note b: burn }", by=CLERK)
    assert response.as_map()["data"] is None
    assert _codes(response) == [(["b"], "FORBIDDEN")]
    response = await city.ask("mutation { note ...on Mutation { burn } }")
    assert _codes(response) == [(["burn"], "UNAUTHENTICATED")]
    assert city.resolved == []


async def test_a_denied_mutation_that_is_not_asked_for_or_may_be_null_stops_no_other() -> None:
    city = City()
    query = "mutation($go: Boolean!) { note burn @include(if: $go) }"
    assert (await city.ask(query, by=CLERK, go=False)).data == {"note": 1}
    response = await city.ask("mutation { note shred }", by=CLERK)
    assert response.data == {"note": 1, "shred": None}
    assert _codes(response) == [(["shred"], "FORBIDDEN")]
    assert city.resolved == ["note", "note"]
    response = await city.ask(query, by=CLERK, go=True)
    assert (response.data, _codes(response)) == (None, [(["burn"], "FORBIDDEN")])
    assert city.resolved == ["note", "note"]


async def test_a_denied_mutation_does_not_run() -> None:
    city = City()
    response = await city.ask("mutation { shred }", by=CLERK)
    assert response.data == {"shred": None}
    assert _codes(response) == [(["shred"], "FORBIDDEN")]
    assert city.resolved == []
