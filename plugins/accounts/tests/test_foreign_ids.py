"""Every id of one person, asked for by a second citizen, by an officer, by the office and by nobody."""

from typing import Any

import pytest

from gateway.host.testing import AskedCity
from plugins.accounts.tests.asks import (
    ACCEPT,
    ANSWER,
    BEN_THANH,
    END_SESSION,
    FILE,
    ONE,
    QUEUE,
    REMOVE_CONTACT,
    REMOVE_PLACE,
    REVOKE,
    SAVE_PLACE,
    VERIFY,
    WITHDRAW_REQUEST,
    added,
    kept_texts,
    last_code,
    requested,
    signed_in,
)
from plugins.accounts.tests.test_rights import delegated

REPLACE = """mutation($id: ID!) { savePlace(input: {id: $id, label: "x", point: {lat: 10.77, lng: 106.69}}) {
  node { id } userErrors { code } } }"""

CONFIRMED = {REMOVE_CONTACT: {"confirm": True}}


async def owned(city: AskedCity) -> list[tuple[str, dict[str, Any], str]]:
    """What is asked, with which variables of Lan's, and the code that anybody else is refused with."""
    contact = await added(city)
    place = (await city.ask(SAVE_PLACE, by="lan", input={"label": "Nhà", "point": BEN_THANH}))["savePlace"]["node"]
    session = f"SignedInSession:{(await signed_in(city)).session}"
    exported, open_one = await requested(city, "EXPORT"), await requested(city, "ERASE")
    delegation = (await delegated(city, helper="person-hoa"))["node"]["id"]
    return [
        (VERIFY, {"id": contact, "code": await last_code(city)}, "NOT_FOUND"),
        (REMOVE_CONTACT, {"id": contact}, "NOT_FOUND"),
        (REPLACE, {"id": place["id"]}, "NOT_FOUND"),
        (REMOVE_PLACE, {"id": place["id"]}, "NOT_FOUND"),
        (END_SESSION, {"id": session}, "NOT_FOUND"),
        (FILE, {"id": exported}, "NOT_FOUND"),
        (WITHDRAW_REQUEST, {"id": open_one}, "NOT_FOUND"),
        (ACCEPT, {"id": delegation}, "DELEGATION_UNKNOWN"),
        (REVOKE, {"id": delegation}, "DELEGATION_UNKNOWN"),
    ]


@pytest.mark.parametrize("by", ["minh", "officer", "admin", "dpo"])
async def test_anybody_elses_id_is_refused_like_one_that_is_not_there(city: AskedCity, by: str) -> None:
    asked = await owned(city)
    before = await kept_texts(city)
    for query, variables, code in asked:
        assert await city.refused(query, by=by, **variables) == [code], query
        typename = variables["id"].partition(":")[0]
        absent = {**variables, "id": f"{typename}:zzzzzzzzzzzzzzzz"}
        assert await city.refused(query, by=by, **absent) == [code], query
    assert await kept_texts(city) == before


async def test_nobody_is_let_in_anywhere(city: AskedCity) -> None:
    asked = await owned(city)
    before = await kept_texts(city)
    for query, variables, _ in asked:
        assert await city.refused(query, **variables) == ["UNAUTHENTICATED"], query
    assert await kept_texts(city) == before


@pytest.mark.parametrize("by", ["minh", "officer", "admin"])
async def test_a_request_is_not_there_for_who_neither_asked_nor_answers(city: AskedCity, by: str) -> None:
    id = await requested(city, "ERASE", note="Xin xóa")
    assert await city.ask(ONE, by=by, id=id) == {"dataRequest": None}
    assert await city.refused(ANSWER, by=by, id=id, done=True) == ["FORBIDDEN"]
    assert await city.refused(QUEUE, by=by) == ["FORBIDDEN"]
    assert (await city.ask(ONE, by="lan", id=id))["dataRequest"]["state"] == "RECEIVED"


async def test_the_owner_is_let_in_with_the_same_ids(city: AskedCity) -> None:
    for query, variables, _ in await owned(city):
        if query != ACCEPT:
            assert await city.refused(query, by="lan", **variables, **CONFIRMED.get(query, {})) == [], query


async def test_an_id_of_another_type_is_refused(city: AskedCity) -> None:
    for query, variables, _ in await owned(city):
        assert await city.refused(query, by="lan", **{**variables, "id": "Ward:26743"}) == ["BAD_ID"], query
