"""What the plugin tells of a person, and what is left of one in it when they are erased."""

from typing import Any

import pytest
from sqlmodel import select

from gateway.host.testing import AskedCity
from gateway.plugin import Actor
from plugins.feedback.models import ReportRow, StepRow
from plugins.feedback.persons import cut_person
from plugins.feedback.tests.asks import ACCEPT, ANSWER, BEN_THANH, DONE, FORWARD, RECEIVE, submit

DPO = Actor("person-dpo", scopes=frozenset({"accounts:answer_requests"}))
COUNT = "{ myReports { totalCount } }"


async def asked(city: AskedCity, question: str, by: str | Actor, person: str = "person-lan") -> Any:
    """What feedback answers; None when it does not."""
    answers = await city.context("accounts", by).ask(question, person=person)
    return next((answer.value for answer in answers if answer.plugin == "feedback"), None)


async def test_a_person_is_told_their_reports_with_the_answers_to_them(city: AskedCity) -> None:
    point = {"point": BEN_THANH, "addressText": "12 Lê Lợi"}
    node = await submit(city, title="Đèn đường hỏng", body="Từ thứ hai.", location=point, visibility="PRIVATE")
    steps = ((RECEIVE, "operator", {}), (FORWARD, "operator", {"agency": "SXD"}), (ACCEPT, "officer", {}))
    for step, by, more in (*steps, (ANSWER, "officer", {"text": DONE})):
        assert await city.refused(step, by=by, id=node["id"], **more) == []
    reports = (await asked(city, "accounts_export", "lan"))["reports"]
    own = next(report for report in reports if report["code"] == node["code"])
    assert {key: own[key] for key in ("title", "body", "address_text", "lat", "ward", "visibility", "state")} == {
        **{"title": "Đèn đường hỏng", "body": "Từ thứ hai.", "address_text": "12 Lê Lợi", "lat": BEN_THANH["lat"]},
        **{"ward": "26743", "visibility": "PRIVATE", "state": "ANSWERED"},
    }
    assert [(answer["text"], answer["outcome"]) for answer in own["answers"]] == [(DONE, "FIXED")]
    assert len(reports) == (await city.ask(COUNT, by="lan"))["myReports"]["totalCount"]
    assert (await asked(city, "accounts_export", DPO))["reports"] == reports


async def test_an_erased_persons_reports_stay_and_nobody_is_their_reporter(city: AskedCity) -> None:
    own = await submit(city, title="Đèn đường hỏng")
    foreign = await submit(city, by="minh")
    count = (await city.ask(COUNT, by="lan"))["myReports"]["totalCount"]
    told = await asked(city, "accounts_erase", DPO)
    assert (told["erased"], told["kept"], "Luật Lưu trữ" in told["why"]["vi"]) == (0, count, True)
    assert await asked(city, "accounts_erase", DPO) == {"erased": 0, "kept": 0, "why": {}}
    assert await city.ask(COUNT, by="lan") == {"myReports": {"totalCount": 0}}
    title = "query($id: ID!) { report(id: $id) { title } }"
    assert await city.ask(title, by="minh", id=own["id"]) == {"report": {"title": "Đèn đường hỏng"}}
    database = city.hosted("feedback").database
    reporters = await database.read(lambda session: set(session.exec(select(ReportRow.reporter))))
    assert "person-lan" not in reporters
    by = await database.read(lambda session: set(session.exec(select(StepRow.by))))
    assert "person-lan" not in by
    local = foreign["id"].partition(":")[2]
    kept = select(ReportRow.reporter).where(ReportRow.key == local)
    assert await database.read(lambda session: session.exec(kept).one()) == "person-minh"


async def test_steps_of_an_office_stay_when_its_holder_is_erased(city: AskedCity) -> None:
    node = await submit(city)
    assert await city.refused(RECEIVE, by="operator", id=node["id"]) == []
    await city.hosted("feedback").database.change(cut_person, "person-operator")
    mine = select(StepRow.by).join(ReportRow).where(ReportRow.code == node["code"]).order_by(StepRow.id)
    found = await city.hosted("feedback").database.read(lambda session: list(session.exec(mine)))
    assert found == ["person-lan", "person-operator"]


@pytest.mark.parametrize("by", ["minh", "officer", "admin", Actor()])
async def test_nobody_else_is_told_and_nobody_else_erases(city: AskedCity, by: str | Actor) -> None:
    before = await city.ask(COUNT, by="lan")
    assert await asked(city, "accounts_export", by) is None
    assert await asked(city, "accounts_erase", by) is None
    assert await asked(city, "accounts_erase", "lan") is None
    assert await city.ask(COUNT, by="lan") == before
