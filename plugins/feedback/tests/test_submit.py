"""Submitting: what is stored, what is refused, and what comes twice."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gateway.events.outbox import last_event_id
from gateway.host.testing import AskedCity, OpenCity
from identity.actor import Actor
from plugins.feedback.service import Draft, submit_report
from plugins.feedback.settings import DEFAULTS
from plugins.feedback.tests.asks import BEN_THANH, FORWARD, LIST, PUBLIC_SAMPLES, RECEIVE, SUBMIT, alone, draft, submit
from plugins.feedback.times import city_day
from schema.scalars import utc_now

CITIZEN = Actor(id="person-test", level=1, scopes=frozenset({"feedback:submit"}))
EVERYTHING = """query ($id: ID!) { report(id: $id) {
  kind category { code name nameEn } title body location { point { lat lng } addressText accuracyM }
  agency { id } visibility state outcome version isMine isSample availableActions
  answers { text } history { action state agency { id } }
} }"""


async def test_a_submitted_report_reads_as_it_was_written(city: AskedCity) -> None:
    place = {"point": BEN_THANH, "addressText": "  12 Lê Lợi,   phường Bến Thành ", "accuracyM": 8.5}
    report = await submit(city, title=" Ổ gà  lớn ", body="Dòng một\r\nDòng hai\n", location=place)
    assert report["state"] == "SUBMITTED"
    assert report["version"] == 1
    assert await city.ask(EVERYTHING, by="lan", id=report["id"]) == {
        "report": {
            "kind": "INCIDENT",
            "category": {"code": "GIAO_THONG", "name": "Giao thông", "nameEn": "Traffic and roads"},
            "title": "Ổ gà lớn",
            "body": "Dòng một\nDòng hai",
            "location": {"point": BEN_THANH, "addressText": "12 Lê Lợi, phường Bến Thành", "accuracyM": 8.5},
            "agency": None,
            "visibility": "PUBLIC_ANONYMISED",
            "state": "SUBMITTED",
            "outcome": None,
            "version": 1,
            "isMine": True,
            "isSample": False,
            "availableActions": [],
            "answers": [],
            "history": [{"action": "SUBMIT", "state": "SUBMITTED", "agency": None}],
        }
    }


async def test_the_code_is_the_citys_day_and_the_serial_of_that_day(city: AskedCity) -> None:
    # 17:30 in London's hours is half past midnight of the next day in the city.
    moments = [datetime(2027, 1, 4, 16, 59, tzinfo=UTC), datetime(2027, 1, 4, 17, 30, tzinfo=UTC)]
    codes = []
    for moment in (*moments, moments[1]):
        row = await city.hosted("feedback").database.change(
            submit_report, Draft("CAY_XANH", "Cây ngã"), CITIZEN, ward=None, settings=DEFAULTS, now=moment
        )
        codes.append(row.code)
    assert codes == ["PA-270104-00001", "PA-270105-00001", "PA-270105-00002"]


async def test_reports_submitted_at_once_get_one_serial_each(city: AskedCity) -> None:
    reports = await asyncio.gather(*(submit(city, title=f"Ổ gà số {n}") for n in range(12)))
    day = city_day(utc_now())
    assert sorted(report["code"] for report in reports) == [f"PA-{day}-{n:05d}" for n in range(1, 13)]


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"title": " \n "}, "TITLE_REQUIRED", "title"),
    ({"title": "?!\u200b"}, "TITLE_REQUIRED", "title"),
    ({"title": "a" * 121}, "TITLE_TOO_LONG", "title"),
    ({"body": "b" * 4001}, "BODY_TOO_LONG", "body"),
    ({"location": {"addressText": "c" * 301}}, "ADDRESS_TOO_LONG", "location.addressText"),
    ({"category": "O_GA"}, "UNKNOWN_CATEGORY", "category"),
    ({"kind": "PROPOSAL"}, "CATEGORY_NOT_FOR_KIND", "kind"),
    ({"location": {"point": {"lat": 21.03, "lng": 105.85}}}, "OUT_OF_CITY", "location.point"),
    ({"location": {"point": {"lat": 10.7, "lng": 200}}}, "BAD_POINT", "location.point"),
    ({"location": {"point": BEN_THANH, "accuracyM": -1}}, "BAD_ACCURACY", "location.accuracyM"),
    ({"clientMutationId": "k" * 101}, "BAD_CLIENT_MUTATION_ID", "clientMutationId"),
]


async def test_a_bad_draft_is_refused_by_field_and_nothing_is_stored_or_told(city: AskedCity) -> None:
    before = await city.hosted("feedback").database.read(last_event_id)
    for given, code, field in REFUSED:
        payload = (await city.ask(SUBMIT, by="lan", input=draft(**given)))["submitReport"]
        assert payload["node"] is None, code
        assert payload["userErrors"] == [{"code": code, "field": field}]
    assert await city.hosted("feedback").database.read(last_event_id) == before
    assert (await city.ask("{ reports { totalCount } }"))["reports"]["totalCount"] == PUBLIC_SAMPLES


async def test_lengths_count_characters_as_they_are_read_not_as_they_are_typed(city: AskedCity) -> None:
    # ệ typed as e and two marks: three code points that are one character.
    assert (await submit(city, title="e\u0323\u0302" * 120))["state"] == "SUBMITTED"


async def test_control_and_direction_characters_are_not_stored(city: AskedCity) -> None:
    report = await submit(city, title="Đèn\x00 hỏng\u202e", body="dòng\x07 một")
    data = await city.ask("query ($id: ID!) { report(id: $id) { title body } }", id=report["id"])
    assert data == {"report": {"title": "Đèn hỏng", "body": "dòng  một"}}


async def test_the_same_request_sent_again_answers_the_same_report(city: AskedCity) -> None:
    first = await submit(city, clientMutationId="k1")
    again = await city.ask(SUBMIT, by="lan", input=draft(clientMutationId="k1"))
    assert again == {"submitReport": {"node": first, "userErrors": [], "clientMutationId": "k1"}}
    mine = await city.ask(LIST, by="lan", filter={"search": "lon tren duong le loi"})
    assert mine["reports"]["totalCount"] == 1


async def test_the_same_request_sent_at_once_is_done_once(city: AskedCity) -> None:
    reports = await asyncio.gather(*(submit(city, clientMutationId="k1") for _ in range(5)))
    assert {report["id"] for report in reports} == {reports[0]["id"]}


async def test_another_request_under_the_same_key_is_refused(city: AskedCity) -> None:
    await submit(city, clientMutationId="k1")
    assert await city.refused(SUBMIT, by="lan", input=draft(clientMutationId="k1", body="khác")) == [
        "IDEMPOTENCY_CONFLICT"
    ]


async def test_a_refused_request_may_be_sent_again_corrected_under_its_key(city: AskedCity) -> None:
    assert await city.refused(SUBMIT, by="lan", input=draft(clientMutationId="k1", title="")) == ["TITLE_REQUIRED"]
    assert (await submit(city, clientMutationId="k1"))["state"] == "SUBMITTED"


async def test_a_key_is_its_senders_alone(city: AskedCity) -> None:
    hers = await submit(city, "lan", clientMutationId="k1")
    his = await submit(city, "minh", clientMutationId="k1", body="khác")
    assert hers["id"] != his["id"]


async def test_nobody_and_those_without_the_scope_or_level_do_not_submit(city: AskedCity) -> None:
    assert await city.refused(SUBMIT, input=draft()) == ["UNAUTHENTICATED"]
    assert await city.refused(SUBMIT, by=Actor(id="x", level=2), input=draft()) == ["FORBIDDEN"]
    unproven = Actor(id="x", level=0, scopes=frozenset({"feedback:submit"}))
    assert await city.refused(SUBMIT, by=unproven, input=draft()) == ["LEVEL_TOO_LOW"]
    assert (await city.ask("{ reports { totalCount } }"))["reports"]["totalCount"] == PUBLIC_SAMPLES


WARD = "query ($id: ID!) { report(id: $id) { ward { id } } }"


async def test_the_ward_is_that_of_the_point(city: AskedCity) -> None:
    report = await submit(city, location={"point": BEN_THANH})
    assert await city.ask(WARD, id=report["id"]) == {"report": {"ward": {"id": "Ward:26743"}}}


async def test_without_a_point_there_is_no_ward(city: AskedCity) -> None:
    report = await submit(city, location={"addressText": "Đường Lê Lợi, phường Bến Thành"})
    assert await city.ask(WARD, id=report["id"]) == {"report": {"ward": None}}


async def test_a_report_is_submitted_and_received_where_maps_and_agencies_are_absent(
    open_test_city: OpenCity, tmp_path: Path
) -> None:
    async with open_test_city(alone(tmp_path)) as city:
        report = await submit(city, location={"point": BEN_THANH})
        assert await city.ask(WARD, id=report["id"]) == {"report": {"ward": None}}
        received = await city.ask(RECEIVE, by="operator", id=report["id"])
        assert received["receiveReport"]["node"] == {"state": "RECEIVED", "version": 2}
        assert await city.refused(FORWARD, by="operator", id=report["id"]) == ["AGENCY_UNKNOWN"]
        assert await city.refused(FORWARD, by="operator", id=report["id"], agency="SXD") == ["AGENCIES_UNAVAILABLE"]
