"""The way of a report to its answer: who takes it on, what is refused, what is told."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlmodel import Session

from gateway.events.event import Event
from gateway.events.outbox import events_after, last_event_id
from gateway.host.testing import AskedCity
from identity.actor import Actor
from plugins.feedback.tests.asks import (
    ACCEPT,
    ANSWER,
    BEN_THANH,
    DONE,
    FORWARD,
    RECEIVE,
    STATE,
    forwarded,
    in_progress,
    submit,
)

FULL = """query ($id: ID!) { report(id: $id) {
  state outcome version agency { id } answers { text outcome agency { id } }
  history { action state agency { id } }
} }"""


async def told(city: AskedCity, after: int) -> list[Event]:
    """The plugin's events since."""

    def read(session: Session) -> list[Event]:
        return [event for event in events_after(session, after, None) if event.kind.startswith("feedback.")]

    return await city.hosted("feedback").database.read(read)


async def test_a_report_goes_its_way_to_the_answer_and_its_history_shows_it(city: AskedCity) -> None:
    report = await in_progress(city)
    answered = await city.ask(ANSWER, by="officer", id=report, text=f"  {DONE}\n", version=4)
    assert answered["answerReport"]["node"] == {"state": "ANSWERED", "version": 5, "outcome": "FIXED"}
    assert await city.ask(FULL, id=report) == {
        "report": {
            "state": "ANSWERED",
            "outcome": "FIXED",
            "version": 5,
            "agency": {"id": "Agency:SXD"},
            "answers": [{"text": DONE, "outcome": "FIXED", "agency": {"id": "Agency:SXD"}}],
            "history": [
                {"action": "SUBMIT", "state": "SUBMITTED", "agency": None},
                {"action": "RECEIVE", "state": "RECEIVED", "agency": {"id": "Agency:TTCDS"}},
                {"action": "FORWARD", "state": "FORWARDED", "agency": {"id": "Agency:SXD"}},
                {"action": "ACCEPT", "state": "IN_PROGRESS", "agency": {"id": "Agency:SXD"}},
                {"action": "ANSWER", "state": "ANSWERED", "agency": {"id": "Agency:SXD"}},
            ],
        }
    }


async def test_every_step_is_told_by_ids_and_plain_values(city: AskedCity) -> None:
    before = await city.hosted("feedback").database.read(last_event_id)
    report = await in_progress(city, location={"point": BEN_THANH})
    await city.ask(ANSWER, by="officer", id=report, text=DONE)
    code = (await city.ask("query ($id: ID!) { report(id: $id) { code } }", id=report))["report"]["code"]
    same: dict[str, Any] = {
        "id": report.removeprefix("Report:"),
        "code": code,
        "reporter": "person-lan",
        "ward": "26743",
        "visibility": "PUBLIC_ANONYMISED",
        "category": "GIAO_THONG",
    }
    assert [(event.kind, dict(event.data)) for event in await told(city, before)] == [
        ("feedback.report_submitted", {**same, "state": "SUBMITTED", "agency": None}),
        ("feedback.report_received", {**same, "state": "RECEIVED", "agency": None}),
        ("feedback.report_forwarded", {**same, "state": "FORWARDED", "agency": "SXD"}),
        ("feedback.report_accepted", {**same, "state": "IN_PROGRESS", "agency": "SXD"}),
        ("feedback.report_answered", {**same, "state": "ANSWERED", "agency": "SXD"}),
    ]


SAMPLES = {"SUBMITTED": "59", "RECEIVED": "52", "FORWARDED": "44", "IN_PROGRESS": "32", "ANSWERED": "01"}
"""A sample report in each state, those of an agency with SXD."""


AVAILABLE: list[tuple[str | None, str, list[str]]] = [
    ("operator", "SUBMITTED", ["RECEIVE"]),
    ("operator", "RECEIVED", ["FORWARD"]),
    ("operator", "FORWARDED", []),
    ("officer", "SUBMITTED", []),
    ("officer", "FORWARDED", ["ACCEPT"]),
    ("officer", "IN_PROGRESS", ["ANSWER"]),
    ("officer", "ANSWERED", []),
    ("officer-bt", "FORWARDED", []),
    ("officer-bt", "IN_PROGRESS", []),
    ("lan", "SUBMITTED", []),
    (None, "FORWARDED", []),
]


async def test_available_actions_are_what_the_machine_lets_the_actor_do(city: AskedCity) -> None:
    query = "query ($id: ID!) { report(id: $id) { state availableActions } }"
    for by, state, actions in AVAILABLE:
        found = await city.ask(query, by=by, id=f"Report:sample-{SAMPLES[state]}")
        assert found == {"report": {"state": state, "availableActions": actions}}, by


async def test_two_officers_who_answer_at_once_get_one_answer_and_one_conflict(city: AskedCity) -> None:
    report = await in_progress(city)
    texts = ["Đã vá ổ gà bằng bê tông nhựa nóng trong đêm qua.", "Đã rào chắn và lên lịch vá trong tuần sau."]
    codes = await asyncio.gather(
        *(city.refused(ANSWER, by="officer", id=report, text=text, version=4) for text in texts)
    )
    assert sorted(codes) == [[], ["VERSION_CONFLICT"]]
    answers = (await city.ask(FULL, id=report))["report"]["answers"]
    assert [answer["text"] for answer in answers] == [texts[codes.index([])]]
    assert await city.ask(STATE, id=report) == {"report": {"state": "ANSWERED", "version": 5}}


async def test_only_an_officer_of_the_agency_accepts_and_answers(city: AskedCity) -> None:
    report = await forwarded(city, "SXD")
    assert await city.refused(ACCEPT, by="officer-bt", id=report) == ["FORBIDDEN"]
    assert await city.refused(ACCEPT, by="operator", id=report) == ["FORBIDDEN"]
    assert await city.ask(STATE, id=report) == {"report": {"state": "FORWARDED", "version": 3}}
    await city.ask(ACCEPT, by="officer", id=report)
    assert await city.refused(ANSWER, by="officer-bt", id=report, text=DONE) == ["FORBIDDEN"]
    assert await city.ask(STATE, id=report) == {"report": {"state": "IN_PROGRESS", "version": 4}}


async def test_an_officer_with_wards_acts_in_these_alone(city: AskedCity) -> None:
    scopes = frozenset({"feedback:accept", "feedback:read_agency"})
    here = Actor(id="a", level=2, agency="SXD", wards=frozenset({"26743"}), scopes=scopes)
    elsewhere = Actor(id="b", level=2, agency="SXD", wards=frozenset({"26740"}), scopes=scopes)
    report = await forwarded(city, "SXD", location={"point": BEN_THANH})
    assert await city.refused(ACCEPT, by=elsewhere, id=report) == ["FORBIDDEN"]
    assert await city.refused(ACCEPT, by=here, id=report) == []


async def test_citizens_take_no_report_on(city: AskedCity) -> None:
    report = await submit(city)
    assert await city.refused(RECEIVE, by="lan", id=report["id"]) == ["FORBIDDEN"]
    assert await city.refused(RECEIVE, id=report["id"]) == ["UNAUTHENTICATED"]
    assert await city.ask(STATE, id=report["id"]) == {"report": {"state": "SUBMITTED", "version": 1}}


async def test_a_step_is_refused_from_a_state_that_it_does_not_start_from(city: AskedCity) -> None:
    report = await forwarded(city)
    before = await city.hosted("feedback").database.read(last_event_id)
    assert await city.refused(RECEIVE, by="operator", id=report) == ["BAD_STATE"]
    assert await city.refused(FORWARD, by="operator", id=report, agency="SXD") == ["BAD_STATE"]
    assert await city.refused(ANSWER, by="officer", id=report, text=DONE) == ["BAD_STATE"]
    assert await city.ask(STATE, id=report) == {"report": {"state": "FORWARDED", "version": 3}}
    assert await told(city, before) == []


async def test_a_step_on_an_older_version_is_refused(city: AskedCity) -> None:
    report = await submit(city)
    assert await city.refused(RECEIVE, by="operator", id=report["id"], version=2) == ["VERSION_CONFLICT"]
    assert await city.refused(RECEIVE, by="operator", id=report["id"], version=1) == []


async def test_an_answer_says_enough_and_not_too_much(city: AskedCity) -> None:
    report = "Report:sample-32"
    for text in ("", " " * 40, "x" * 29):
        assert await city.refused(ANSWER, by="officer", id=report, text=text) == ["ANSWER_TOO_SHORT"]
    assert await city.refused(ANSWER, by="officer", id=report, text="x" * 4001) == ["ANSWER_TOO_LONG"]
    assert await city.ask(STATE, id=report) == {"report": {"state": "IN_PROGRESS", "version": 4}}
    assert await city.refused(ANSWER, by="officer", id=report, text="x" * 30) == []
    assert await city.ask(STATE, id=report) == {"report": {"state": "ANSWERED", "version": 5}}


async def test_an_answer_sent_again_under_its_key_is_given_once(city: AskedCity) -> None:
    report = await in_progress(city)
    for _ in range(2):
        answered = await city.ask(ANSWER, by="officer", id=report, text=DONE, version=4, key="a1")
        assert answered["answerReport"] == {
            "node": {"state": "ANSWERED", "version": 5, "outcome": "FIXED"},
            "userErrors": [],
            "clientMutationId": "a1",
        }
    assert len((await city.ask(FULL, id=report))["report"]["answers"]) == 1
    assert await city.refused(ANSWER, by="officer", id=report, text=DONE, key="a1") == ["IDEMPOTENCY_CONFLICT"]


async def test_without_an_agency_given_a_report_goes_to_the_one_that_answers_for_it(city: AskedCity) -> None:
    roads = await submit(city, location={"point": BEN_THANH})
    order = await submit(city, category="TRAT_TU_DO_THI", location={"point": BEN_THANH})
    keys = []
    for report in (roads, order):
        await city.ask(RECEIVE, by="operator", id=report["id"])
        node = (await city.ask(FORWARD, by="operator", id=report["id"]))["forwardReport"]["node"]
        keys.append(node["agency"]["id"])
    assert keys == ["Agency:SXD", "Agency:UBND-26743"]


async def test_a_report_is_not_forwarded_to_an_agency_that_is_not(city: AskedCity) -> None:
    report = await submit(city)
    await city.ask(RECEIVE, by="operator", id=report["id"])
    assert await city.refused(FORWARD, by="operator", id=report["id"], agency="SX") == ["AGENCY_UNKNOWN"]
    assert await city.ask(STATE, id=report["id"]) == {"report": {"state": "RECEIVED", "version": 2}}


async def test_what_is_not_there_is_not_found_and_another_things_id_is_no_reports(city: AskedCity) -> None:
    assert await city.refused(RECEIVE, by="operator", id="Report:none") == ["NOT_FOUND"]
    assert await city.refused(FORWARD, by="operator", id="Report:none") == ["NOT_FOUND"]
    assert await city.refused(RECEIVE, by="operator", id="Ward:26743") == ["BAD_ID"]
